import re
from importlib import import_module

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from wording import TextRefused, bigrams, fold, gram_index, grams, name_search, normalise, search
from wording.search import NOISE, forget, nearby, share, telling

NAMES = [
    "杭州利尔达科技集团股份有限公司",
    "杭州（中国）数字科技有限公司",
    "浙江中国杭州贸易有限公司",
    "ＡＢＣ科技（浙江）有限公司",
    "abc Logistics Co., Ltd.",
    "𠮷野家餐饮",
    "100%果汁_专卖\\店",
    "达尔利商行",
]


@pytest.fixture
def firm(db):
    with isolate_apps("wording"):

        class Firm(models.Model):
            name = models.CharField(max_length=100)

            class Meta:
                app_label = "wording"
                indexes = [gram_index("name", "firm_name_grams")]

            def __str__(self) -> str:
                return self.name

        with connection.schema_editor() as editor:
            editor.create_model(Firm)
        Firm.objects.bulk_create(Firm(name=name) for name in NAMES)
        yield Firm


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("利尔达", [0]),
        ("尔达", [0]),
        ("达", [0, 7]),
        ("杭州中国", [1]),
        ("杭州(中国)", [1]),
        ("杭州 中国", [1, 2]),
        ("中国　杭州", [1, 2]),
        ("abc", [3, 4]),
        ("ＡＢＣ", [3, 4]),
        ("Abc科技", [3]),
        ("CO LTD", [4]),
        ("coltd", [4]),
        ("𠮷野", [5]),
        ("𠮷", [5]),
        ("0%果汁", [6]),
        ("_", []),
        ("%", []),
        ("", []),
        ("  ", []),
        ("没有这家", []),
        ("达科技", [0]),
        ("科技 浙江", [3]),
        ("x", []),
        ("A", [3, 4]),
    ],
)
def test_names_are_found_by_any_part(firm, q: str, found: list[int]) -> None:
    names = name_search(firm.objects.all(), "name", q).order_by("id").values_list("name", flat=True)

    assert list(names) == [NAMES[place] for place in found]


@pytest.mark.parametrize("q", ["a\0b", "\ud83d", "很长" * 51])
def test_a_question_that_is_no_text_is_refused(firm, q: str) -> None:
    with pytest.raises(TextRefused):
        name_search(firm.objects.all(), "name", q)


def test_pairs_out_of_order_are_not_enough(firm) -> None:
    # has 中国 and 国杭 and 杭州 but 杭州中国 nowhere
    assert NAMES[2] not in name_search(firm.objects.all(), "name", "杭州中国").values_list("name", flat=True)


@pytest.mark.parametrize("q", ["利", "利尔", "利尔达科", "𠮷"])
def test_the_index_serves_one_character_and_more(firm, q: str) -> None:
    firm.objects.bulk_create([firm(name=f"第{number}号商行") for number in range(2000)])

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE wording_firm")
    plan = name_search(firm.objects.all(), "name", q).explain()

    assert "firm_name_grams" in plan


def test_what_is_frequent_is_known_of_the_index_and_the_rarest_is_asked(firm) -> None:
    firm.objects.bulk_create([firm(name=f"澄视{number}商行") for number in range(500)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE wording_firm")
    forget()

    assert share("商行", "firm_name_grams") > 0.9
    assert share("利尔", "firm_name_grams") < 0.01
    assert telling(["澄视", "视利", "商行"], "firm_name_grams") == ["视利"]
    assert telling(["澄视", "商行"], "firm_name_grams") in (["澄视"], ["商行"])
    assert telling(["澄视", "商行"], "") == ["澄视", "商行"]
    forget()


def test_what_an_import_made_frequent_is_learnt_without_a_restart_and_not_asked_for_at_every_search(
    firm, monkeypatch, django_assert_num_queries
) -> None:
    forget()
    assert share("商行", "firm_name_grams") == 0
    firm.objects.bulk_create([firm(name=f"澄视{number}商行") for number in range(500)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE wording_firm")

    with django_assert_num_queries(0):
        assert share("商行", "firm_name_grams") == 0
    monkeypatch.setattr(search, "RECHECK_SECONDS", 0)
    with django_assert_num_queries(1):
        assert share("商行", "firm_name_grams") > 0.9
    forget()


def test_nearby_looks_at_the_first_rows_only_and_keeps_their_order(firm) -> None:
    rows = firm.objects.order_by("-pk")

    def found(term: str, among: int, most: int = 10) -> list[str]:
        return [name for _, name in nearby(rows, ("pk", "name"), ("name",), term, among=among, most=most)]

    assert found("达", among=8) == ["达尔利商行", "杭州利尔达科技集团股份有限公司"]
    assert found("达", among=3) == ["达尔利商行"]
    assert found("州数", among=8) == []
    assert found("杭州中国数字", among=8) == ["杭州（中国）数字科技有限公司"]
    assert found("达", among=8, most=1) == ["达尔利商行"]
    assert nearby(firm.objects.none(), ("pk", "name"), ("name",), "达", among=8, most=1) == []


def test_the_index_is_written_into_migrations() -> None:
    index = gram_index("name", "firm_name_grams")

    path, expressions, kwargs = index.deconstruct()
    assert path == "django.contrib.postgres.indexes.GinIndex"
    assert kwargs == {"name": "firm_name_grams"}
    assert type(index)(*expressions, **kwargs) == index


def test_widths_cases_blanks_and_punctuation() -> None:
    assert normalise("  ＡＢＣ（中国）\t 有限 ") == "abc(中国) 有限"
    assert fold("ＡＢＣ（中国）· 有限—公司，Ltd.") == "abc中国有限公司ltd"
    assert fold("二〇二六々") == "二〇二六々"
    assert bigrams("杭州（杭州）") == ["杭州", "州杭"]
    assert bigrams("区") == bigrams("（）") == bigrams("") == []
    assert bigrams("𠮷野家") == ["𠮷野", "野家"]


def test_the_migration_and_python_drop_the_same_characters() -> None:
    first, second = (import_module(f"wording.migrations.{name}") for name in ("0001_search_functions", "0002_single_characters"))

    for function in (first.FOLD, first.BIGRAMS, second.GRAMS):
        assert re.findall(r"'(\[\\u.*?\]\+)'", function) == [NOISE]


LETTERS = st.text(
    st.sampled_from("杭州利尔达科技园区中国𠮷𬭎〇々aBcZ019０９ＡｚＺ（）()，,。.·・、—-_%\\'\"“”《》 　\t\u00a0éÉ①㈱㎡ｱ"), max_size=14
)


class DatabaseAndPythonAgree(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(LETTERS)
    def test_on_folding_and_cutting(self, text: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT mc_fold(%s), mc_bigrams(%s), mc_grams(%s)", [text] * 3)
            folded, pairs, cut = cursor.fetchone()

        assert folded == fold(text)
        assert list(dict.fromkeys(pairs)) == bigrams(text)
        assert list(dict.fromkeys(cut)) == grams(text)
