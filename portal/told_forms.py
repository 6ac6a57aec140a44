"""Forms that check nothing: a subject does, and what it refuses is shown at the field, with everything typed still there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict

from wording.errors import Refused


class ToldForm(forms.Form):
    use_required_attribute = False

    def __init__(self, typed: QueryDict | dict[str, Any] | None = None, *, refusal: Refused | None = None, **rest: Any) -> None:
        super().__init__(typed, **rest)
        self.refusal = refusal

    def full_clean(self) -> None:
        self._errors, self.cleaned_data = ErrorDict(), {}
        if self.refusal is None:
            return
        for name, problems in self.refusal.fields.items():
            self._errors[name if name in self.fields else forms.forms.NON_FIELD_ERRORS] = self.error_class(problems)
        if not self.refusal.fields:
            self._errors[forms.forms.NON_FIELD_ERRORS] = self.error_class([self.refusal.message])
