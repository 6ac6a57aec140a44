"""Chinese search without a dictionary: arrays of characters and pairs under a GIN index, order rechecked (docs/decisions/0013).

The database folds and cuts with functions of its own (migrations 0001 and 0002). `fold`, `bigrams` and `grams` say the same in
Python, for questions, for tests and for tables made outside.
"""

import re
import unicodedata
from itertools import pairwise
from math import prod
from time import monotonic
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet, TextField, Value

from wording.text import clean_query

# what is left of blanks and punctuation after NFKC; spelled out, because [[:punct:]] follows the locale of the database
NOISE = (
    r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a0\u00b7\u1680\u2000-\u206f\u3001-\u3003\u3008-\u3020\u3030"
    r"\u30fb\ufeff]+"
)
_NOISE = re.compile(NOISE)
_BLANKS = re.compile(r"\s+")
# A gram that one row in a hundred has: asking the index for it means to walk a list of ten thousand among a million.
FREQUENT = 0.01
EVERYWHERE = 0.1
_ASKED = 3
# autovacuum, which does the counting, looks at the tables once a minute; reading what it counted takes some milliseconds
RECHECK_SECONDS = 60
_counted: dict[str, tuple[float, dict[str, float]]] = {}

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


def grams(text: str) -> list[str]:
    """Distinct characters of the folded text, then its `bigrams`."""
    return [*dict.fromkeys(fold(text)), *bigrams(text)]


class Bigrams(Func):
    """`bigrams`, by the database: text[]."""

    function = "mc_bigrams"
    output_field = ArrayField(TextField())


class Grams(Func):
    """`grams`, by the database: text[]."""

    function = "mc_grams"
    output_field = ArrayField(TextField())


class Together(Func):
    """Arrays of grams one after the other."""

    template = "(%(expressions)s)"
    arg_joiner = " || "
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


def terms_of(q: str) -> list[str]:
    """The blank-separated parts of a question that say something, normalised. Raises `TextRefused` for what is no text, or too long."""
    return [term for term in normalise(clean_query(q)).split(" ") if fold(term)]


def name_search(queryset: QuerySet[M], field: str, q: str, index: str = "") -> QuerySet[M]:
    """Rows whose `field` contains every blank-separated term of `q`, whatever the width, case and punctuation.

    `index`: the `gram_index` of a large table, of which is then asked what is rarest. Nothing to look for (empty, or punctuation only)
    finds nothing. Raises `TextRefused` for a question that is no text, or too long.
    """
    terms = terms_of(q)
    if not terms:
        return queryset.none()
    for term in terms:
        queryset = queryset.filter(contains(field, term, index))
    return queryset


def contains(field: str, term: str, index: str = "") -> Q:
    """`field` contains the term, once folded; served by `gram_index`."""
    found = Q(has_all(Grams(F(field)), telling(cut(term), index)))
    if len(fold(term)) <= 2:
        return found  # one character, or one pair, is found as it stands
    # as typed first: folding costs ten times as much as reading
    return found & (Q(**{f"{field}__contains": term}) | Q(in_order(Fold(F(field)), term)))


def cut(term: str) -> list[str]:
    """What an index of grams is asked for: the pairs, or the only character."""
    return bigrams(term) or [fold(term)]


def has_all(cut: Func, asked: list[str]) -> _HasAll:
    return _HasAll(cut, Value(asked, output_field=ArrayField(TextField())))


def in_order(folded: Func, term: str) -> _HasInOrder:
    return _HasInOrder(folded, Value(fold(term)))


def telling(asked: list[str], index: str) -> list[str]:
    """The rarest few: the order is checked anyhow, and every frequent gram costs a walk along its list. Where all are frequent, as the pairs of
    a number are, those that are not everywhere: to check a row takes longer than to walk past a hundred."""
    known = shares(index)
    rare = sorted(asked, key=lambda gram: known.get(gram, 0.0))[:_ASKED]
    few = [gram for gram in rare if known.get(gram, 0.0) < FREQUENT]
    return few or [gram for gram in rare if known[gram] <= EVERYWHERE] or rare[:1]


def share(term: str, index: str) -> float:
    """About so large a part of the rows has the term, or less; 0 where nothing is known of it, which is to say it is rare. Pairs of letters come
    together, pairs of digits by chance."""
    known = shares(index)
    of_each = [known.get(gram, 0.0) for gram in cut(term)]
    return prod(of_each) if of_each and fold(term).isdigit() else min(of_each, default=0.0)


def shares(index: str) -> dict[str, float]:
    """What ANALYZE counted: the most frequent grams of an index and the part of the rows that has each.

    Read again now and then: the process that was there before the first roster came in must learn that 有限 is frequent.
    """
    if not index:
        return {}
    read_at, known = _counted.get(index, (0.0, {}))
    if not read_at or monotonic() - read_at > RECHECK_SECONDS:
        with connection.cursor() as cursor:
            cursor.execute("SELECT gram, share FROM mc_frequent(%s)", [index])
            known = dict(cursor.fetchall())
        _counted[index] = (monotonic(), known)
    return known


def forget() -> None:
    """Ask the database again at the next search what is frequent."""
    _counted.clear()


def nearby(
    rows: QuerySet[Any], columns: tuple[str, ...], read: tuple[str, ...], term: str, *, among: int, most: int
) -> list[tuple[Any, ...]]:
    """`columns` of at most `most` of the first `among` rows that have the term in one of `read`, as it was typed, brackets apart.

    What is common is found here within a few hundred rows, and need not be asked of an index that would list half the table first.
    The order of the rows is kept.
    """
    try:
        sql, params = rows.values_list(*columns)[:among].query.sql_with_params()
    except EmptyResultSet:
        return []
    names = [f"c{place}" for place in range(len(columns))]
    looked = [f"strpos(replace(replace({names[columns.index(field)]}, '（', ''), '）', ''), %s) > 0" for field in read]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({sql}) AS near ({', '.join(names)}) WHERE {' OR '.join(looked)} LIMIT %s", [*params, *[term] * len(read), most]
        )
        return list(cursor.fetchall())


def gram_index(field: str, name: str) -> GinIndex:
    """The index `name_search` uses; the migration that adds it depends on ("wording", "0002_single_characters")."""
    return GinIndex(Grams(F(field)), name=name)


def part_index(field: str, name: str) -> GinIndex:
    """For `field__contains` with three characters or more, as they stand: codes, numbers, addresses. Cut by the server's own C code,
    which makes it the cheaper one to write."""
    return GinIndex(OpClass(F(field), "gin_trgm_ops"), name=name)


def bigram_index(field: str, name: str) -> GinIndex:
    """Of pairs alone, for what is never asked by one character."""
    return GinIndex(Bigrams(F(field)), name=name)
