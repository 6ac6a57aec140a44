"""The loop of the community by API alone: filed with a photo, accepted, dispatched, acknowledged, finished, fed back, rated."""

from tests.api.calling import photo


def test_a_need_is_filed_with_a_photo_solved_by_a_partner_and_rated(by, here):
    uploaded = by.manager.upload("enterprise/attachments/", photo())
    assert uploaded.status_code == 201
    key = uploaded.json()["id"]
    assert set(uploaded.json()) == {"id", "name", "size", "sha256"}

    filed = by.manager.post(
        "enterprise/grievances/",
        {
            "service_item": "ZL02", "title": "项目尾款拖欠半年，请求法律协助", "body": "三个展厅项目，尾款 38.6 万元逾期半年未付。",
            "contact_name": "周敏", "contact_phone": "13812345678", "attachments": [key], "urgent": False,
        },
    )  # fmt: skip
    assert filed.status_code == 201
    ticket = filed.json()
    number = ticket["number"]
    assert (ticket["state"], ticket["step"], ticket["version"], ticket["handler"], ticket["unit"]) == ("submitted", 1, 1, None, None)
    assert ticket["promise_due_at"]
    assert ticket["place"]["park"]["code"] == here.park.code

    seen = by.specialist_zl.get("community/grievances/", queue="unassigned").json()["results"]
    assert number in [row["number"] for row in seen]
    detail = by.specialist_zl.get(f"community/grievances/{number}/").json()
    assert (detail["contact_name"], detail["contact_phone"]) == ("周*", "138****5678")
    assert "accept" in [action["code"] for action in detail["actions"]]

    accepted = by.specialist_zl.act("community", number, "accept", service_item="ZL02")
    assert accepted.status_code == 200
    assert accepted.json()["assignee"]["username"] == here.specialist_zl.username
    dispatched = by.specialist_zl.act("community", number, "dispatch", unit="LAW1", note="请尽快联系企业").json()
    assert (dispatched["state"], dispatched["unit"]["code"], dispatched["handler"]) == ("dispatched", "LAW1", None)

    queue = by.partner.get("community/grievances/", queue="to_accept").json()["results"]
    assert [row["number"] for row in queue] == [number]
    assert by.partner.get(f"community/attachments/{key}/").status_code == 200
    acknowledged = by.partner.act("community", number, "acknowledge").json()
    assert acknowledged["handler"]["username"] == here.partner.username

    proof = by.partner.upload("community/attachments/", photo("还款协议.jpg")).json()["id"]
    finished = by.partner.act("community", number, "finish", outcome="solved", note="对方已付清", evidence=[proof])
    assert finished.status_code == 200
    assert by.manager.get(f"enterprise/attachments/{proof}/").status_code == 404
    awaiting = by.manager.get(f"enterprise/grievances/{number}/").json()
    assert (awaiting["step"], awaiting["outcome"], awaiting["evidence"]) == (3, None, [])

    told = by.specialist_zl.act("community", number, "feed-back", reply="欠款已全部追回。", told_by="phone", told_to="周敏").json()
    assert told["state"] == "closed"
    assert by.partner.get(f"community/grievances/{number}/").status_code == 404

    rated = by.manager.act("enterprise", number, "rate", solved="yes", result=5, speed=4, comment="很快").json()
    assert (rated["state"], rated["step"]) == ("rated", 5)
    assert (rated["rating"]["solved"], rated["rating"]["result"], rated["rating"]["speed"]) == ("yes", 5, 4)
    assert [line["event"] for line in rated["transitions"]] == ["submit", "accept", "dispatch", "acknowledge", "feed_back", "rate"]

    history = by.partner.get("community/history/").json()["results"]
    assert history == [
        {
            "number": number, "service_item": "ZL02", "service_item_name": here.item().name, "outcome": "solved", "outcome_label": "已解决",
            "rating": {"solved": "yes", "result": 5, "speed": 4}, "closed_at": history[0]["closed_at"],
        }
    ]  # fmt: skip
    assert by.other_partner.get("community/history/").json()["results"] == []
