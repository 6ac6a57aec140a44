"""The strip of the guided path, on the pages a day begins with."""

from __future__ import annotations

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from portal.guides import strip_of

register = template.Library()


@register.simple_tag(takes_context=True)
def guide_strip(context: template.Context) -> SafeString:
    """Empty once it is put away or walked to the end, and without a post. One query a session."""
    request = context["request"]
    if not getattr(request.user, "posts", ()):
        return mark_safe("")
    found = strip_of(request)
    if found is None or not found.shown:
        return mark_safe("")
    return render_to_string("guide/_strip.html", {"walked": found, "here": request.get_full_path()}, request=request)
