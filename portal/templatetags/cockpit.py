"""Words and addresses of the board."""

from decimal import Decimal
from typing import Any

from django import template

from portal.cockpit.asked import Asked

register = template.Library()
#: Level of a risk flag → colour of its tag.
COLOURS = {3: "red", 2: "orange", 1: "amber"}


@register.simple_tag
def cockpit_query(asked: Asked, **changes: Any) -> str:
    """The address of the board with something else asked; None leaves it out."""
    return asked.again(**changes)


@register.filter
def risk_colour(level: int) -> str:
    return COLOURS.get(level, "gray")


@register.filter
def absolute(value: int) -> int:
    return abs(value)


@register.filter
def signed(value: Decimal) -> str:
    return f"{value:+}"
