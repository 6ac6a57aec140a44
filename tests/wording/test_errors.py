import pytest

from wording.errors import Conflict409, FactsMissing, NotYours, Refused, StateConflict, TooLarge


@pytest.mark.parametrize(
    ("refusal", "code", "status"),
    [
        (Refused, "refused", 400),
        (NotYours, "not_yours", 403),
        (StateConflict, "state_conflict", 409),
        (FactsMissing, "facts_missing", 400),
        (TooLarge, "too_large", 413),
    ],
)
def test_a_refusal_says_what_it_is(refusal: type[Refused], code: str, status: int) -> None:
    said = refusal("此件已办结，不能再派单。")

    assert (said.code, said.status_hint, said.message, str(said), said.fields) == (code, status, said.message, said.message, {})
    assert issubclass(refusal, Refused)


def test_a_refusal_may_name_facts_and_have_a_code_of_its_own() -> None:
    said = FactsMissing("请补全。", code="no_evidence", fields={"evidence": "请上传办结佐证。", "note": ["必填。", "不超过 200 字。"]})

    assert said.code == "no_evidence"
    assert said.fields == {"evidence": ["请上传办结佐证。"], "note": ["必填。", "不超过 200 字。"]}
    assert FactsMissing("另一件。").code == "facts_missing"
    assert Conflict409 is StateConflict
