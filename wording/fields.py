"""Model fields for text that people type (R30). Use them for every such column.

Cleaning happens at each door: in forms and `full_clean`, on saving (instance, `bulk_create`, `update`, `bulk_update`),
in serializers through the validators, and the column itself has a CHECK for what comes by COPY or by hand. A question
(`filter(title=…)`) is brought to NFC and refused for a NUL, but neither trimmed nor measured.
"""

import unicodedata
from typing import TYPE_CHECKING, Any

from django.db import models
from django.forms import Field as FormField

from wording import forms
from wording.text import TextRefused, clean, refuse_unclean

TEXT_MAX_LENGTH = 5000

# NUL cannot be stored at all; \n and \t are ordinary in texts of several lines
_CHECK = (
    r"{column} IS NFC NORMALIZED AND {column} !~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f"
    r"\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]'"
)


if TYPE_CHECKING:  # Django's fields are generic for the type checker only
    _Field = models.Field[Any, str]
    _CharField = models.CharField[Any, str]
    _TextField = models.TextField[Any, str]
else:
    _Field, _CharField, _TextField = models.Field, models.CharField, models.TextField


class _Clean(_Field):
    """What the two fields share."""

    multiline = False
    max_length: int | None
    default_validators = [refuse_unclean]

    def clean_text(self, value: str) -> str:
        """The value as it is stored; raises `TextRefused`."""
        return clean(value, max_length=self.max_length, multiline=self.multiline)

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return self.clean_text(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = self.clean_text(value)
            setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, str):
            value = self.clean_text(value)
        return super().get_db_prep_save(value, connection)

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if isinstance(value, str):
            if "\0" in value:
                refuse_unclean(value)
            return unicodedata.normalize("NFC", value)
        return value

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

    def db_check(self, connection: Any) -> str | None:
        check = super().db_check(connection)
        if check is None or self.max_length is None:
            return check
        return f"{check} AND char_length({connection.ops.quote_name(self.column)}) <= {self.max_length}"


__all__ = ["CleanCharField", "CleanTextField", "TextRefused"]
