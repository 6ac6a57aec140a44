"""The auditor's page."""

import pytest
from django.urls import reverse
from django.utils import timezone

import audit
from community.kinds import PostKind
from tests import make


@pytest.fixture
def auditor(client, db):
    user = make.somebody(PostKind.AUDITOR, at=timezone.now())
    client.force_login(user)
    return user


def test_the_auditor_reads_and_searches(client, auditor):
    audit.record("export", by=make.user("wang", name="王一"), at=make.AT, target="enterprises", detail={"rows": 12}, address="10.0.0.1")
    audit.record("unmask", by=make.user("zhao", name="赵二"), at=make.AT, target="MC261121-000001")

    everything = client.get(reverse("audit")).content.decode()
    some = client.get(reverse("audit"), {"q": "王一"}).content.decode()

    for words in ("王一（wang）", "导出", "enterprises", "行数：12", "10.0.0.1", "赵二"):
        assert words in everything
    assert "王一（wang）" in some
    assert "赵二（zhao）" not in some


def test_pages_follow_each_other_without_gap_or_double(client, auditor):
    for number in range(120):
        audit.record("edit", by=None, at=make.AT, target=f"n{number}")
    address, seen = reverse("audit"), []
    while address:
        page = client.get(address)
        seen += [row["entry"].target for row in page.context["rows"]]
        more = page.context["more"]
        address = f"{reverse('audit')}?cursor={more}" if more else None

    assert sorted(target for target in seen if target.startswith("n")) == sorted(f"n{number}" for number in range(120))


@pytest.mark.parametrize(
    "query", [{"from_on": "x"}, {"action": "x"}, {"q": "\0"}, {"cursor": "x"}, {"q": "a" * 200}, {"until_on": "9999-12-31"}]
)
def test_odd_questions_are_answered(client, auditor, query):
    assert client.get(reverse("audit"), query).status_code in (200, 400)


@pytest.mark.parametrize("kind", [kind for kind in PostKind if kind != PostKind.AUDITOR])
def test_nobody_else_reads(client, db, kind):
    client.force_login(make.somebody(kind, at=timezone.now()))

    assert client.get(reverse("audit")).status_code == 403
