"""A link as a picture a phone reads."""

import segno
from django.utils.safestring import SafeString, mark_safe


def qr(link: str) -> SafeString:
    """SVG of the link, sized by the style sheet. The drawing is segno's: digits and path commands only."""
    return mark_safe(segno.make(link, error="m").svg_inline(border=1, omitsize=True))
