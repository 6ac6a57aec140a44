"""The same filters as page and API, for an export that runs without a request."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.http import QueryDict

if TYPE_CHECKING:
    from accounts.models import User


def filtered(filterset: Any, params: dict[str, Any], rows: Any, user: User, /, **beside: Any) -> Any:
    """`beside`: what this filter set takes beside the conditions. Raises ValidationError where a condition is unknown or means nothing."""
    asked = QueryDict(mutable=True)
    for name, values in params.items():
        asked.setlist(name, values if isinstance(values, list) else [values])
    made = filterset(asked, rows, request=SimpleNamespace(user=user, GET=asked), **beside)
    unknown = sorted(set(asked) - set(made.filters))
    if unknown:
        raise ValidationError(f"没有「{unknown[0][:40]}」这个筛选条件。")
    if made.form.errors:
        raise ValidationError(
            "；".join(f"{made.filters[name].label}：{text}" for name, texts in made.form.errors.items() for text in texts)
        )
    return made.qs
