"""The demo community: invented places, people, firms and eighteen months of tickets.

Pure tables first (`codes`, `names`, `firms`, `places`, `organisation`, `cases`), then the modules that write rows.
Everything is drawn from named random streams, so that the same clock gives the same community.
"""
