"""Visits on a phone: the list, the card with its form, what was recorded, and what waits to be decided."""
