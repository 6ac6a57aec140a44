"""The working list (办件队列): tabs, filters, rows, tree, drawer, and what is done to several at once."""
