"""Chinese search without a dictionary: arrays of bigrams under a GIN index, order rechecked (PERFORMANCE §2e).

The database folds and cuts with two functions of its own (migration 0001), the column and the question alike, so the two
cannot disagree. `fold` and `bigrams` say the same in Python, for tests and for tables made outside.
"""

import re
import unicodedata
from itertools import pairwise
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet, TextField, Value

from wording.text import clean_query

# what is left of blanks and punctuation after NFKC; spelled out, because [[:punct:]] follows the locale of the database
NOISE = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a0\u00b7\u1680\u2000-\u206f\u3001-\u3003\u3008-\u3020\u3030"
    r"\u30fb\ufeff]+"
)
_NOISE = re.compile(NOISE)
_BLANKS = re.compile(r"\s+")

M = TypeVar("M", bound=Model)


def normalise(text: str) -> str:
    """NFKC and case folded, ends trimmed, a run of blanks as one space: ＡＢＣ（中国） → abc(中国)."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def fold(text: str) -> str:
    """`normalise` without blanks and punctuation, so that 杭州（中国）公司 is found by 杭州中国."""
    return _NOISE.sub("", normalise(text))


def bigrams(text: str) -> list[str]:
    """Distinct pairs of neighbouring characters of the folded text, in order of appearance; [] below two characters."""
    folded = fold(text)
    return list(dict.fromkeys(first + second for first, second in pairwise(folded)))


class Bigrams(Func):
    """`bigrams`, by the database: text[]."""

    function = "mc_bigrams"
    output_field = ArrayField(TextField())


class Fold(Func):
    """`fold`, by the database."""

    function = "mc_fold"
    output_field = TextField()


class _HasAll(Func):
    template = "%(expressions)s"
    arg_joiner = " @> "
    output_field = BooleanField()


class _HasInOrder(Func):
    # strpos rather than LIKE: nothing to escape
    template = "strpos(%(expressions)s) > 0"
    output_field = BooleanField()


def name_search(queryset: QuerySet[M], field: str, q: str) -> QuerySet[M]:
    """Rows whose `field` contains every blank-separated term of `q`, whatever the width, case and punctuation.

    A term of one character has no bigram: that is a walk along the table, so show no more than a page of it. Nothing to
    look for (empty, or punctuation only) finds nothing. Raises `TextRefused` for a question that is no text, or too long.
    """
    terms = [term for term in normalise(clean_query(q)).split(" ") if fold(term)]
    if not terms:
        return queryset.none()
    for term in terms:
        queryset = queryset.filter(_condition(field, term))
    return queryset


def bigram_index(field: str, name: str) -> GinIndex:
    """The index `name_search` uses; the migration that adds it depends on ("wording", "0001_search_functions")."""
    return GinIndex(Bigrams(F(field)), name=name)


def _condition(field: str, term: str) -> Q:
    in_order: Any = _HasInOrder(Fold(F(field)), Fold(Value(term)))
    if len(fold(term)) == 1:
        # as typed first: comparing bytes is much cheaper than folding a whole table
        return Q(**{f"{field}__contains": fold(term)}) | Q(in_order)
    return Q(_HasAll(Bigrams(F(field)), Bigrams(Value(term)))) & Q(in_order)
