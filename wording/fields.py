"""Model fields for text that people type (R30). Use them for every such column.

Cleaning happens at each door: in forms and `full_clean`, on saving (instance, `bulk_create`, `update`, `bulk_update`),
in serializers through the validators, and a column made with such a field has a CHECK for what comes by COPY or by hand.
(Django never looks at that CHECK again: a plain column turned into a clean one does without.) A question
(`filter(title__contains=…)`) is brought to NFC and refused for what can never be stored, but neither trimmed nor measured.
"""

import unicodedata
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import lookups
from django.forms import Field as FormField

from wording import forms
from wording.text import TextRefused, clean, refuse_unclean

TEXT_MAX_LENGTH = 5000

# NUL cannot be stored at all; \n and \t are ordinary in texts of several lines. Not "IS NFC NORMALIZED": PostgreSQL and
# Python follow different releases of Unicode, and rare scripts would be refused as an error of ours
_CHECK = r"{column} !~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]'"

if TYPE_CHECKING:  # Django's fields are generic for the type checker only
    _Field = models.Field[Any, str]
    _CharField = models.CharField[Any, str]
    _TextField = models.TextField[Any, str]
    _Lookup = models.Lookup[Any]
else:
    _Field, _CharField, _TextField, _Lookup = models.Field, models.CharField, models.TextField, models.Lookup


def _as_question(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    refuse_unclean(value)
    return unicodedata.normalize("NFC", value)


class _Clean(_Field):
    """What the two fields share."""

    multiline = False
    max_length: int | None
    default_validators = [refuse_unclean]

    def clean_text(self, value: str) -> str:
        """The value as it is stored; raises `TextRefused`."""
        return clean(value, max_length=self.max_length, multiline=self.multiline)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        # not in to_python, through which Django also takes every question
        return super().clean(self.clean_text(value) if isinstance(value, str) else value, model_instance)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            try:
                value = self.clean_text(value)
            except TextRefused as refusal:
                raise TextRefused({self.name: [refusal]}) from refusal
            setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, str):
            value = self.clean_text(value)
        return super().get_db_prep_save(value, connection)

    def get_prep_value(self, value: Any) -> Any:
        return _as_question(super().get_prep_value(value))

    def db_check(self, connection: Any) -> str | None:
        if connection.vendor != "postgresql" or self.column is None:
            return None
        return _CHECK.format(column=connection.ops.quote_name(self.column))


class CleanCharField(_Clean, _CharField):
    """One line of clean text, at most `max_length` characters."""

    def formfield(self, **kwargs: Any) -> FormField | None:
        return super().formfield(**{"form_class": forms.CleanCharField, **kwargs})


class CleanTextField(_Clean, _TextField):
    """Clean text of several lines, at most `max_length` characters (5,000 unless said otherwise)."""

    multiline = True

    def __init__(self, verbose_name: Any = None, *, max_length: int | None = TEXT_MAX_LENGTH, **kwargs: Any) -> None:
        super().__init__(verbose_name, max_length=max_length, **kwargs)

    def formfield(self, **kwargs: Any) -> FormField | None:
        return super().formfield(**{"form_class": forms.CleanTextField, **kwargs})


class _Asked(_Lookup):
    """Django hands patterns over as they are, so a NUL would come back from the driver as an error of ours."""

    def get_prep_lookup(self) -> Any:
        return _as_question(super().get_prep_lookup())


for _pattern in (
    lookups.Contains,
    lookups.IContains,
    lookups.StartsWith,
    lookups.IStartsWith,
    lookups.EndsWith,
    lookups.IEndsWith,
    lookups.IExact,
    lookups.Regex,
    lookups.IRegex,
):
    _Clean.register_lookup(type(_pattern.__name__, (_Asked, _pattern), {}))


__all__ = ["CleanCharField", "CleanTextField", "TextRefused"]
