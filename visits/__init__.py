"""Whom we owe a visit (六必访), the plan of the week, and what was found at the door."""
