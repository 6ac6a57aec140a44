"""A round from reckoning to publication, and what nobody can do to it."""

from audit.models import Entry
from evaluations.models import Result, Value
from notices.models import Notice
from tests import make

AT = make.WEDNESDAY


def test_a_round_is_reckoned_shown_and_published(ground):
    made = make.round_(community=ground.community, state="published")

    told = list(Result.objects.filter(round=made).by_rank().values_list("park__code", "rank", "grade__label"))
    assert told[0][0] == ground.parks[5].code
    assert [rank for _, rank, _ in told] == [1, 2, 3, 3, 5, 6], "the third and the fourth are level"
    assert [grade for _, _, grade in told] == ["优", "良", "良", "良", "中", "中"]
    assert Value.objects.filter(result__round=made).count() == 12
    assert made.objections_until_at.date().isoformat() == "2026-11-25"
    assert set(Entry.objects.filter(action__startswith="evaluation").values_list("action", flat=True)) == {
        "evaluation_measured", "evaluation_shown", "evaluation_published",
    }  # fmt: skip
    assert Notice.objects.filter(event=f"evaluation_shown:{made.pk}").count() == 0, "nobody acts for these operators yet"
