"""Who needs watching (风险预警): signs of trouble, the flags people set on an enterprise, and how a flag's level goes down again.

A level is raised by one person at once; it is lowered or cleared by two. Staff only: see `querysets.watched_by`.
"""
