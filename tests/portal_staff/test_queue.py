"""The working list: whose rows, how many, in what order, and what a refresh brings."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grievances import queues, workflow
from grievances.models import Grievance, SavedFilter
from grievances.states import State
from portal.queue import rows as shaping
from portal.queue.tabs import ALL, TABS, tabs_for
from tests import make

pytestmark = pytest.mark.django_db
QUEUE = "/queue/"
#: Keys that are drawn anew each time, and empty lines.
NOT_THE_SAME = re.compile(r'mask-[0-9a-f]{8}|name="(?:idempotency_key|csrfmiddlewaretoken)" value="[^"]*"|\n\s*(?=\n)')


def page(client, **query):
    return client.get(QUEUE, query)


def all_pages(client, numbers, **query):
    """The list to its end, by the link the page gives."""
    answer = client.get(QUEUE, query)
    found = numbers(answer)
    while answer.context["next_url"]:
        answer = client.get(answer.context["next_url"])
        found += numbers(answer)
    return found


@pytest.fixture
def desk(here, now):
    """A ticket in every state that a desk sees, some late, some of another window."""
    for place, state in enumerate((State.SUBMITTED, State.RETURNED, State.ACCEPTED, State.DISPATCHED, State.IN_PROGRESS, State.CLOSED)):
        make.grievance(state, scene=here, at=now - timedelta(hours=20 - place))
    make.grievance(State.SUBMITTED, scene=here, at=now - timedelta(hours=3), service_item="GS01")
    late = make.grievance(State.IN_PROGRESS, scene=here, at=now - timedelta(hours=10))
    Grievance.objects.filter(pk=late.pk).update(promise_due_at=now - timedelta(hours=1), next_due_at=now - timedelta(hours=1))
    return here


@pytest.mark.parametrize("role", ["specialist_zl", "specialist_gs", "leader", "street", "grid_staff", "partner", "official", "operator"])
def test_every_count_is_the_length_of_its_list(desk, enter, numbers, role):
    client = enter(desk.people[role])
    for window in ("", "all") if role.startswith("specialist") else ("",):
        answer = page(client, window=window)
        for row in answer.context["tabs"]:
            listed = all_pages(client, numbers, queue=row["tab"].code, window=window)

            assert row["count"] is None or (row["tab"].code, row["count"]) == (row["tab"].code, len(listed))


def test_the_tabs_are_those_of_the_post(desk, enter):
    for role, first in {"specialist_zl": "mine", "leader": "window", "street": "window", "grid_staff": "mine", "partner": "mine"}.items():
        answer = page(enter(desk.people[role]))

        assert answer.context["asked"].tab.code == first
        assert {row["tab"] for row in answer.context["tabs"]} <= set(tabs_for(desk.people[role]))


def test_a_tab_of_the_list_is_the_queue_of_the_subject(desk, enter, numbers, now):
    """INV21: one definition; the list only narrows it to the specialist's window until he asks for all."""
    user = desk.specialist_zl
    rows = Grievance.objects.visible_to(user).filed()
    for code in queues.QUEUES.keys() - {"window"}:
        wanted = set(queues.select(rows, code, user, now).values_list("number", flat=True))

        assert set(all_pages(enter(user), numbers, queue=code, window="all")) == wanted
    assert set(all_pages(enter(user), numbers, queue="window")) == set(
        queues.select(rows, "window", user, now).values_list("number", flat=True)
    )


def test_a_specialist_begins_with_his_own_windows_and_may_see_all(desk, enter, numbers):
    client = enter(desk.specialist_gs)
    own, every = numbers(page(client, queue="window")), numbers(page(client, queue="window", window="all"))

    assert len(own) == 1
    assert set(own) < set(every)
    assert numbers(page(client, queue="window", window="ZL")) == [number for number in every if number not in own]


def test_what_is_mine_stays_mine_whatever_the_window(desk, enter, numbers, now):
    ticket = Grievance.objects.get(state=State.SUBMITTED, service_item__code="GS01")
    workflow.apply(ticket, "accept", by=desk.specialist_zl, at=now, service_item="GS01")

    assert ticket.number in numbers(page(enter(desk.specialist_zl), queue="mine"))


def test_the_earliest_clock_comes_first(desk, enter, numbers):
    listed = numbers(page(enter(desk.leader), queue="window"))
    due = dict(Grievance.objects.values_list("number", "next_due_at"))

    assert listed == sorted(listed, key=lambda number: due[number])


def test_pages_by_keyset_neither_repeat_nor_hide(here, enter, many, numbers, now):
    ticket = make.grievance(State.SUBMITTED, scene=here, at=now)
    many(ticket, 120)
    client = enter(here.leader)
    for query in ({"queue": "window"}, {"queue": "all"}, {"queue": "window", "sort": "newest"}):
        listed = all_pages(client, numbers, **query)

        assert len(listed) == len(set(listed)) == 121


def test_a_row_added_meanwhile_moves_no_page(here, enter, many, numbers, now):
    ticket = make.grievance(State.SUBMITTED, scene=here, at=now)
    many(ticket, 80)
    client = enter(here.leader)
    first = page(client, queue="window")
    make.grievance(State.SUBMITTED, scene=here, at=now - timedelta(hours=9))
    second = client.get(first.context["next_url"])
    back = client.get(second.context["previous_url"])

    assert not set(numbers(first)) & set(numbers(second))
    assert numbers(back)[-1] == numbers(first)[-1]
    assert len(numbers(back)) == 50


def test_the_number_of_queries_does_not_grow_with_the_rows(here, enter, many, now):
    ticket = make.grievance(State.SUBMITTED, scene=here, at=now)
    client = enter(here.specialist_zl)
    asked = {}
    for count in (1, 49):
        many(ticket, count - 1) if count > 1 else None
        page(client, queue="window")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = page(client, queue="window")
        asked[count] = len(queries)
        assert len(answer.context["rows"]) == count

    assert asked[1] == asked[49] <= 6


def test_a_refresh_brings_the_same_rows_as_the_page(desk, enter):
    client = enter(desk.specialist_zl)
    whole = page(client, queue="window").content.decode()
    fragment = client.get(QUEUE, {"queue": "window"}, headers={"HX-Request": "true", "HX-Target": "queue-rows"}).content.decode()

    assert "<html" not in fragment
    start, end = whole.index("<tbody>"), whole.index("</tbody>")
    assert whole[start:end] == fragment[fragment.index("<tbody>") : fragment.index("</tbody>")]
    for part in ("queue-tabs", "queue-pager", "queue-asof"):
        assert re.search(f'id="{part}"[^>]* hx-swap-oob="true"', fragment)


def test_a_refresh_shows_what_is_new_since_the_last(desk, enter, now):
    client = enter(desk.specialist_zl)
    address = page(client, queue="window").context["fresh_url"]
    moved = Grievance.objects.get(state=State.ACCEPTED)
    workflow.apply(moved, "comment", by=desk.specialist_zl, at=now + timedelta(minutes=1), body="已联系", circle="internal")
    answer = client.get(address, headers={"HX-Request": "true", "HX-Target": "queue-rows"})

    assert [row["number"] for row in answer.context["rows"] if "fresh" in row["css"]] == [moved.number]


def test_filters_live_in_the_address(desk, enter, numbers):
    client = enter(desk.leader)

    assert numbers(page(client, queue="all", state="returned")) == list(
        Grievance.objects.filter(state="returned").values_list("number", flat=True)
    )
    assert numbers(page(client, queue="window", q="不会有的字")) == []
    assert "没有符合条件的诉求" in page(client, queue="window", q="不会有的字").content.decode()
    assert parse_qs(urlsplit(page(client, queue="window", park=desk.park.code).context["fresh_url"]).query)["park"] == [desk.park.code]


def test_a_filter_nobody_offers_is_refused_and_a_wrong_value_explained(desk, enter):
    client = enter(desk.leader)

    assert page(client, nonsense="1").status_code == 400
    assert page(client, queue="nonsense").status_code == 400
    assert page(client, cursor="due.f.1.x").status_code == 400
    wrong = page(client, queue="all", state="nonsense")
    assert wrong.status_code == 400
    assert "没有“nonsense”这个状态" in wrong.content.decode()


def test_a_filter_set_is_named_kept_used_and_forgotten(desk, enter):
    client = enter(desk.leader)
    client.post(reverse("queue-filters"), {"name": "第一园区", "query": f"queue=due_today&park={desk.park.code}&cursor=x"})
    chip = page(client).context["chips"][-1]

    assert (chip.label, chip.on) == ("第一园区", False)
    assert "cursor" not in chip.query
    assert page(client, **{name: values[0] for name, values in parse_qs(chip.query).items()}).context["chips"][-1].on
    client.post(reverse("queue-filters"), {"forget": str(chip.saved.pk)})
    assert all(each.saved is None for each in page(client).context["chips"])


def test_a_shared_filter_is_seen_and_copied_by_the_staff_and_taken_away_by_its_owner(desk, enter):
    owner, colleague, query = enter(desk.leader), enter(desk.specialist_zl), f"queue=all&park={desk.park.code}"
    owner.post(reverse("queue-filters"), {"name": "第一园区", "query": query, "shared": "1"})
    chip = page(colleague, queue="all", park=desk.park.code).context["chips"][-1]

    assert (chip.label, chip.on, chip.own) == ("第一园区", True, False)
    assert enter(desk.grid_staff).get(reverse("queue")).context["chips"][-1].label == "第一园区"
    for person in (desk.partner, desk.operator, desk.official):
        assert all(each.saved is None for each in enter(person).get(reverse("queue")).context["chips"])
    for deed in ("forget", "unshare", "share"):
        colleague.post(reverse("queue-filters"), {deed: str(chip.saved.pk), "query": query})
    assert SavedFilter.objects.get().shared_with == desk.community

    for _ in range(2):
        colleague.post(reverse("queue-filters"), {"copy": str(chip.saved.pk), "query": query})
    owner.post(reverse("queue-filters"), {"forget": str(chip.saved.pk), "query": query})
    assert [(row.user, row.query) for row in SavedFilter.objects.all()] == [(desk.specialist_zl, query)]


@pytest.mark.parametrize(
    "told",
    [
        {"name": ""},
        {"name": "名" * 13},
        {"query": "cursor=1"},
        {"query": "q=" + "长" * 300},
        {"forget": "x"},
        {"share": "9" * 30},
        {"copy": "-1"},
    ],
)
def test_filters_that_cannot_be_saved_are_told_so(desk, enter, told):
    enter(desk.leader).post(reverse("queue-filters"), {"name": "第一园区", "query": "queue=all"} | told)

    assert not SavedFilter.objects.exists()


def test_a_partner_keeps_filters_for_himself_and_shares_none(desk, enter):
    client = enter(desk.partner)
    client.post(reverse("queue-filters"), {"name": "紧急件", "query": "priority=urgent", "shared": "1"})
    assert not SavedFilter.objects.exists()
    client.post(reverse("queue-filters"), {"name": "紧急件", "query": "priority=urgent"})
    assert SavedFilter.objects.get().shared_with is None


def test_saving_filters_never_leads_away(desk, enter):
    answer = enter(desk.leader).post(reverse("queue-filters"), {"name": "x", "query": "queue=all\r\nSet-Cookie: a=b"})

    assert answer.url.startswith("/queue/?")
    assert "Set-Cookie" not in answer.url.replace("%20", "").replace("Set-Cookie:", "") or "\n" not in answer.url


def test_the_tree_counts_what_its_links_list(desk, enter, numbers):
    client = enter(desk.specialist_zl)
    nodes = client.get(reverse("queue-tree"), headers={"HX-Request": "true", "HX-Target": "tree"}).context["nodes"]
    park = nodes[0]["parks"][0]
    building = park["buildings"][0]
    leaves = client.get(
        reverse("queue-tree"), {"building": building["key"]}, headers={"HX-Request": "true", "HX-Target": f"tree-of-{building['key']}"}
    ).context["enterprises"]

    for node in (nodes[0], park, building, *leaves):
        assert node["count"] == len(numbers(client.get(node["url"]))) > 0


def test_confidential_and_personal_tickets_carry_their_sign(here, enter, now):
    make.grievance(State.SUBMITTED, scene=here, at=now, confidential=True)
    text = page(enter(here.specialist_zl), queue="window").content.decode()

    assert "保密" in text
    assert "13812345678" not in text


def test_an_empty_tab_says_what_next(here, enter):
    answer = page(enter(here.specialist_zl), queue="overdue").content.decode()

    assert "没有超期办件，辛苦了" in answer
    assert "今日到期" in answer


def test_the_drawer_is_the_same_alone_and_in_the_page(desk, enter):
    ticket = Grievance.objects.get(state=State.ACCEPTED)
    client = enter(desk.specialist_zl)
    address = reverse("queue-drawer", args=[ticket.number])
    fragment = NOT_THE_SAME.sub("", client.get(address, headers={"HX-Request": "true", "HX-Target": "drawer"}).content.decode())
    whole = NOT_THE_SAME.sub("", client.get(address).content.decode())

    assert fragment.startswith('<div class="dh">')
    assert "<html" in whole
    assert fragment.strip() in whole
    assert f'data-shows="{ticket.number}"' in whole


def test_merging_in_the_drawer_stays_in_the_drawer(here, enter):
    ticket, other = (make.grievance(State.ACCEPTED, scene=here) for _ in range(2))
    client = enter(here.specialist_zl, **{"HX-Request": "true", "HX-Target": "actions"})
    form = client.get(reverse("grievance", args=[ticket.number]), {"do": "merge", "into": "drawer"}).content.decode()
    sent = dict(re.findall(r'<input type="hidden" name="(version|panel)" value="([^"]*)"', form))

    answer = client.post(reverse("grievance-act", args=[ticket.number, "merge"]), sent | {"into": other.number, "reason": "同一件事"})

    assert answer.status_code == 204
    assert '"target": "#drawer"' in answer.headers["HX-Location"]


def test_a_partner_keeps_of_a_finished_ticket_number_item_result_and_rating_only(here, enter, now):
    ticket = make.grievance(State.RATED, scene=here, at=now - timedelta(hours=3))
    text = enter(here.partner).get(reverse("queue-history")).content.decode()

    assert ticket.number in text
    assert ticket.service_item.name in text
    assert "已解决" in text
    assert "满意" in text
    for hidden in (ticket.title, ticket.body, ticket.enterprise.name, ticket.contact_name):
        assert hidden not in text
    assert ticket.number not in page(enter(here.partner)).content.decode()
    assert ticket.number not in enter(here.other_partner).get(reverse("queue-history")).content.decode()


def test_every_tab_has_words_for_being_empty():
    assert {*queues.QUEUES, ALL} == set(TABS)
    assert all(tab.empty and tab.hint for tab in TABS.values())


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("杭州澄视数字视觉科技有限公司", "澄视数字视觉科技"),
        ("潮塔达数字科技（杭州）有限公司", "潮塔达数字科技"),
        ("浙江衡若律师事务所", "衡若律师事务所"),
        ("杭州归岚科技集团股份有限公司", "归岚科技集团"),
        ("杭州公司", "杭州公司"),
    ],
)
def test_names_are_shortened_to_what_tells_them_apart(name, short):
    assert shaping.short_name(name) == short
