"""园区评价 on the pages: every address × every role, a round from the leader's form to the operator's screen, and forms nobody should send."""

from datetime import timedelta

import pytest
from django.urls import reverse

import community as posts
from evaluations import objections
from evaluations.defaults import usual
from evaluations.models import Objection, Round, Scheme
from portal import urls_evaluations
from portal.evaluation_forms import typed_scheme
from tests import make
from tests.portal_staff.test_doors import OFFICE, OVERSEERS, ROLES

pytestmark = pytest.mark.django_db
READERS = OVERSEERS | {"operator"}
PAGES = {"evaluations": READERS, "evaluation-scheme": READERS, "evaluation-scheme-edit": {"leader"}}
OF_ROUND = {"evaluation": READERS, "evaluation-result": READERS, "evaluation-print": READERS}
DEEDS = {"evaluation-measure": "leader", "evaluation-act": "leader", "evaluation-answer": "leader", "evaluation-object": "operator"}


@pytest.fixture
def period(now):
    return str(now.year - 1)


@pytest.fixture
def park(here):
    return here.enterprise.tenancies.get().building.park


@pytest.fixture
def shown(here, now, period):
    """Shown a day ago, with four more parks that other firms run."""
    for name in "甲乙丙丁戊":
        make.enterprise(
            park=make.park(
                community=here.community,
                name=f"{name}园",
                operator=make.unit(community=here.community, kind="operator", name=f"{name}公司"),
            )
        )
    at = now - timedelta(days=1)
    return make.round_(community=here.community, period=period, by=posts.attach(here.leader, at), at=at, state="shown")


@pytest.fixture
def elsewhere(now, period):
    park = make.park()
    made = make.round_(community=park.community, period=period, at=now, state="shown")
    asked = objections.file(make.result(made, park), {"reason": "别处的异议"}, by=make.operator(park=park, at=now), at=now)
    return made, park, asked


def test_every_address_has_a_verdict():
    assert {pattern.name for pattern in urls_evaluations.urlpatterns} == {*PAGES, *OF_ROUND, *DEEDS}


def test_pages_are_for_whoever_judges_or_is_judged_and_what_is_elsewhere_is_not_found(here, enter, shown, park, elsewhere):
    there, foreign, asked = elsewhere
    args = {"evaluation": [shown.pk], "evaluation-result": [shown.pk, park.code], "evaluation-print": [shown.pk, park.code]}
    away = {"evaluation": [there.pk], "evaluation-result": [there.pk, foreign.code], "evaluation-print": [there.pk, foreign.code]}
    posted = {
        "evaluation-act": ([shown.pk, "publish"], [there.pk, "publish"]), "evaluation-answer": ([0], [asked.pk]),
        "evaluation-object": ([shown.pk, park.code], [there.pk, foreign.code]),
    }  # fmt: skip
    for role in ROLES:
        client = enter(here.people[role])
        for name, welcome in PAGES.items():
            assert (role, name, client.get(reverse(name)).status_code) == (role, name, 200 if role in welcome else 403)
        for name, welcome in OF_ROUND.items():
            expected = 403 if role not in welcome else 302 if (role, name) == ("operator", "evaluation") else 200
            assert (role, name, client.get(reverse(name, args=args[name])).status_code) == (role, name, expected)
            assert (role, name, client.get(reverse(name, args=away[name])).status_code) == (role, name, 404 if role in welcome else 403)
        for name, (_, out) in posted.items():
            assert (role, name, client.get(reverse(name, args=out)).status_code) == (role, name, 405 if role == DEEDS[name] else 403)
            assert (role, name, client.post(reverse(name, args=out)).status_code) == (role, name, 404 if role == DEEDS[name] else 403)
    assert Round.objects.filter(state="published").count() == 0


def test_an_operator_reads_its_own_result_and_no_name_or_figure_of_another_park(here, enter, shown, park):
    client = enter(here.operator)
    for address in ("evaluations", "evaluation", "evaluation-result", "evaluation-print"):
        args = {"evaluations": [], "evaluation": [shown.pk]}.get(address, [shown.pk, park.code])
        page = client.get(reverse(address, args=args), follow=True).content.decode()
        assert park.name in page
        for name in "甲乙丙丁戊":
            assert f"{name}园" not in page
    assert client.get(reverse("evaluation-result", args=[shown.pk, "P" * 30])).status_code == 404
    page = enter(here.leader).get(reverse("evaluation", args=[shown.pk])).content.decode()
    assert all(f"{name}园" in page for name in "甲乙丙丁戊")


def test_a_round_from_the_leaders_form_to_publication(here, enter, now, period, park):
    leader, operator = enter(here.leader), enter(here.operator)
    typed = typed_scheme(None, here.community.code, now.date().isoformat()).dict()
    refused = leader.post(reverse("evaluation-scheme-edit"), typed | {"do": "save", "weight-vacancy": "14"})
    assert refused.status_code == 400
    assert "权重合计须为 100，现在是 99" in refused.content.decode()
    assert 'value="14"' in refused.content.decode()
    preview = leader.post(reverse("evaluation-scheme-edit"), typed | {"do": "preview", "period": period})
    assert (preview.status_code, park.name in preview.content.decode(), Scheme.objects.count()) == (200, True, 0)
    assert leader.post(reverse("evaluation-scheme-edit"), typed | {"do": "save"}).status_code == 302
    for wrong in ("", "x", "2999", "2025-13", "' OR 1=1"):
        assert leader.post(reverse("evaluation-measure"), {"period": wrong}).status_code == 400
    assert leader.post(reverse("evaluation-measure"), {"period": period}).status_code == 302
    made = Round.objects.get()
    assert operator.get(reverse("evaluation", args=[made.pk])).status_code == 404, "a draft"
    act = lambda deed: leader.post(reverse("evaluation-act", args=[made.pk, deed])).status_code  # noqa: E731
    assert [act(deed) for deed in ("publish", "nothing", "measure", "show", "show", "measure", "discard", "publish")] == [
        409,
        404,
        302,
        302,
        409,
        409,
        409,
        409,
    ]
    there = reverse("evaluation-object", args=[made.pk, park.code])
    long = "字" * 1001
    refused = operator.post(there, {"indicator": "vacancy", "reason": long})
    assert refused.status_code == 400
    assert long in refused.content.decode()
    for wrong in ({}, {"reason": "a\0b"}, {"reason": "x", "indicator": "<b>"}):
        assert operator.post(there, wrong).status_code == 400
    assert operator.post(there, {"indicator": "vacancy", "reason": "<script>空置算多了</script>"}).status_code == 302
    assert operator.post(there, {"indicator": "vacancy", "reason": "再来一次"}).status_code == 409
    page = leader.get(reverse("evaluation-result", args=[made.pk, park.code])).content.decode()
    assert "&lt;script&gt;空置算多了" in page
    answer = reverse("evaluation-answer", args=[Objection.objects.get().pk])
    for wrong in ({}, {"upheld": "yes"}, {"upheld": "perhaps", "answer": "x"}, {"upheld": "yes", "answer": "核实", "corrected": "1e9"}):
        refused = leader.post(answer, wrong)
        assert refused.status_code == 400
    assert 'value="1e9"' in refused.content.decode()
    assert leader.post(answer, {"upheld": "yes", "answer": "核实", "corrected": "4.5"}).status_code == 302
    assert leader.post(answer, {"upheld": "yes", "answer": "核实", "corrected": "5"}).status_code == 409
    page = operator.get(reverse("evaluation-result", args=[made.pk, park.code])).content.decode()
    assert "经异议更正" in page
    assert '更正为 <b class="num">4.5</b>' in page
    Round.objects.update(shown_at=now - timedelta(days=9), objections_until_at=now - timedelta(days=1))
    assert act("publish") == 302
    assert [act(deed) for deed in ("publish", "show", "measure", "discard")] == [409] * 4
    assert operator.post(there, {"reason": "晚了"}).status_code == 409
    assert "已公布" in operator.get(reverse("evaluations")).content.decode()


def test_the_usual_scheme_adds_up_and_the_page_of_the_rules_says_it_all(here, enter, now):
    make.scheme(
        community=here.community,
        by=here.leader,
        at=now,
        **{name: value for name, value in usual().items() if name not in ("indicators", "grades")},
        indicators=usual()["indicators"],
        grades=[(row["label"], row["quota"]) for row in usual()["grades"]],
    )

    for role in READERS:
        page = enter(here.people[role]).get(reverse("evaluation-scheme")).content.decode()
        assert all(words in page for words in ("空置率", "待提升", "权重分摊", "≤ 10 → 85 分", "现行"))
    assert "设定新的一版" not in page or role in OFFICE
