import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.writer import MigrationWriter
from django.test.utils import isolate_apps

from wording import TextRefused
from wording import forms as wording_forms
from wording.fields import CleanCharField, CleanTextField


@pytest.fixture
def note(db):
    """A table with one column of each kind, gone with the test."""
    with isolate_apps("wording"):

        class Note(models.Model):
            title = CleanCharField("标题", max_length=10)
            body = CleanTextField("正文", max_length=50, blank=True)
            place = CleanCharField("地点", max_length=10, blank=True, null=True)

            class Meta:
                app_label = "wording"

            def __str__(self) -> str:
                return self.title

        with connection.schema_editor() as editor:
            editor.create_model(Note)
        yield Note


def stored(model: type[models.Model]) -> list[tuple[str, str]]:
    return list(model.objects.order_by("id").values_list("title", "body"))


def test_text_is_cleaned_on_every_way_into_the_table(note) -> None:
    made = note.objects.create(title=" 消防\u200b通道 ", body="一\r\n二  \n")
    note.objects.bulk_create([note(title="e\u0301t", body=""), note(title="\u202d路灯\u202c")])
    note.objects.filter(title="路灯").update(title="路灯\ufeff二")
    for row in note.objects.filter(title="ét"):
        row.title = "ét\u00a0x"
        note.objects.bulk_update([row], ["title"])

    assert (made.title, made.body) == ("消防通道", "一\n二")
    assert stored(note) == [("消防通道", "一\n二"), ("ét x", ""), ("路灯二", "")]


def test_rare_characters_come_back_as_they_went_in(note) -> None:
    text = "𠮷𬭎👨‍👩‍👧葛󠄀"
    note.objects.create(title=text, body="𠮷" * 50)

    assert stored(note) == [(text, "𠮷" * 50)]
    assert note.objects.get(title=text)
    assert note.objects.get(title__contains="𬭎")


@pytest.mark.parametrize(
    ("title", "code"), [("a\0b", "nul"), ("a\x1bb", "control"), ("字" * 11, "max_length"), ("字" * 1000, "max_length")]
)
def test_what_cannot_be_stored_is_refused_on_every_way(note, title: str, code: str) -> None:
    note.objects.create(title="原样")

    with pytest.raises(ValidationError) as on_saving, transaction.atomic():
        note(title=title).save()
    assert on_saving.value.error_dict["title"][0].code == code
    with pytest.raises(ValidationError) as on_cleaning:
        note(title=title).full_clean()
    assert on_cleaning.value.error_dict["title"][0].code == code
    with pytest.raises(ValidationError), transaction.atomic():
        note.objects.bulk_create([note(title=title)])
    with pytest.raises(ValidationError), transaction.atomic():
        note.objects.update(title=title)
    assert stored(note) == [("原样", "")]


def test_a_question_is_brought_to_nfc_and_refused_for_a_nul(note) -> None:
    note.objects.create(title="école 一")

    assert note.objects.get(title__startswith="e\u0301cole ")
    assert note.objects.get(title__iexact="E\u0301COLE 一")
    assert note.objects.get(title__in=["e\u0301cole 一", "别的"])
    assert not note.objects.filter(title="很长" * 100).exists()
    for lookup in ("exact", "iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "regex"):
        with pytest.raises(TextRefused):
            note.objects.filter(**{f"title__{lookup}": "a\0b"}).exists()


def test_expressions_and_nothing_pass(note) -> None:
    row = note.objects.create(title="甲", place=None)
    note.objects.update(body=models.F("title"), place=None)
    row.refresh_from_db()

    assert (row.body, row.place) == ("甲", None)


@pytest.mark.parametrize("title", ["'a' || chr(27)", "'a' || chr(8238)", "'a' || chr(8203)", "'a' || chr(127)", "'a' || chr(155)"])
def test_the_column_itself_refuses_what_came_around_the_fields(note, title: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {note._meta.db_table} (title, body) VALUES ({title}, '')")


def test_a_column_can_be_made_longer(note) -> None:
    longer = CleanTextField("正文", max_length=100, blank=True)
    longer.set_attributes_from_name("body")

    with connection.schema_editor() as editor:
        editor.alter_field(note, note._meta.get_field("body"), longer, strict=True)

    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {note._meta.db_table} (title, body) VALUES ('甲', %s)", ["字" * 100])


def test_migrations_write_the_fields_down() -> None:
    for field, written in (
        (CleanCharField("标题", max_length=60), "wording.fields.CleanCharField(max_length=60, verbose_name='标题')"),
        (CleanTextField("正文"), "wording.fields.CleanTextField(max_length=5000, verbose_name='正文')"),
        (CleanTextField(max_length=20, blank=True), "wording.fields.CleanTextField(blank=True, max_length=20)"),
    ):
        assert MigrationWriter.serialize(field) == (written, {"import wording.fields"})
        _, _, args, kwargs = field.deconstruct()
        assert type(field)(*args, **kwargs).deconstruct() == field.deconstruct()


def test_a_form_says_it_in_chinese_beside_the_field(note) -> None:
    form_class = forms.modelform_factory(note, fields=["title", "body"])

    said = form_class({"title": "\u202d" + "字" * 11, "body": "字\0"})
    assert said.errors == {
        "title": ["不超过 10 字，现在是 11 字；请删减。"],
        "body": ["文字里有空字符（NUL），无法保存；请删去后重新输入。"],
    }
    assert form_class({"title": " \u200b ", "body": ""}).errors["title"]

    good = form_class({"title": " 路灯\u200b不亮 ", "body": "一\r\n二"})
    assert good.is_valid()
    assert good.cleaned_data == {"title": "路灯不亮", "body": "一\n二"}
    assert 'maxlength="10"' in str(good["title"])
    assert "<textarea" in str(good["body"])


def test_a_form_of_its_own_takes_the_same_fields() -> None:
    class Reason(forms.Form):
        reason = wording_forms.CleanTextField(max_length=5, required=False)

    assert Reason({"reason": "一\r\n二"}).is_valid()
    assert Reason({}).is_valid()
    assert Reason({"reason": "一二三四五六"}).errors == {"reason": ["不超过 5 字，现在是 6 字；请删减。"]}
