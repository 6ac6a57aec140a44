"""The form fields of clean text; model forms take them by themselves."""

from typing import Any

from django import forms

from wording.text import clean


class CleanCharField(forms.CharField):
    """One line of clean text."""

    multiline = False

    def __init__(self, *, max_length: int | None = None, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.validators = [check for check in self.validators if not _counts(check)]

    def to_python(self, value: Any) -> str | None:
        if value in self.empty_values:
            return self.empty_value
        text = clean(str(value), max_length=self.max_length, multiline=self.multiline)
        return text or self.empty_value


class CleanTextField(CleanCharField):
    """Clean text of several lines."""

    multiline = True
    widget = forms.Textarea


def _counts(validator: Any) -> bool:
    """Whether Django's own validator says what `clean` says better."""
    return getattr(validator, "code", "") in ("max_length", "null_characters_not_allowed")
