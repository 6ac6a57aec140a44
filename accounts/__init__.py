"""Who signs in: users, sessions, tokens, passwords. What somebody may do is `community.Post`."""
