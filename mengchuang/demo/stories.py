"""The first three stories, each with one step left to press, and a few tickets that make every demo account's desk alive."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User
from grievances import line_items, mediation, site_visits
from grievances.models import LineItem
from mengchuang.demo.cases import Case
from mengchuang.demo.chance import stream
from mengchuang.demo.enrol import CHENGSHI, XINGJIAN, YINGJIE
from mengchuang.demo.history import Stage
from mengchuang.demo.plans import Plan
from mengchuang.demo.play import HOUR, MINUTE, Play

UNPAID = Case(
    item="ZL02",
    title="四十三个项目尾款未收回，合计128.6万元，请求法律帮助",
    body=(
        "我们为各地客户做数字视觉内容，近三年有四十三个项目已经交付上线，尾款一直没有付，合计128.6万元。"
        "多数只有电子合同和聊天记录，没有盖章的验收单。账上只够发两个月工资，想请律师看看哪些能追、怎么留证据。"
    ),
    done="律师上门固证，逐项梳理合同、聊天记录和上线截图，按金额和时效分三批发函。",
    reply="律师已上门固证并分批发函，回款进度每周更新给您。",
    by="CW-01",
)
OVERTIME = Case(
    item="ZL03",
    title="两个月的加班费没有发，问了几次没有下文",
    body="九月、十月赶展期连着加班，说好按小时算加班费，到现在没有发。不想闹僵，也不想让公司知道是我，想请社区帮忙问问该怎么办。",
    done="核对考勤与工资记录，向本人说明计算办法和时效。",
    reply="考勤和工资条请留好，仲裁时效内随时可以申请调解。",
    by="self",
)
LOCKERS = Case(
    item="GS12",
    title="梦想天地没有外卖柜，午间外卖堆在大堂",
    body=(
        "梦想天地三幢楼午间外卖都堆在1号楼大堂地上，经常拿错，下雨天更乱，保洁也难做。"
        "二十多家企业在群里反映，希望在北门连廊设一组外卖柜，用电和保洁请运营方一并考虑。"
    ),
    done="与企业代表、物业商定在北门连廊设六十格外卖柜，用电与保洁由运营方承担，已安装通电，试运行三天无差错。",
    reply="外卖柜已装在北门连廊并通电，取餐码发到手机；试运行两周，意见请直接发给园区长。",
    by="operator",
)
SETTLING_IN = Case(
    item="JF01",
    title="三个人的机器人团队，想在众创空间大楼注册公司",
    body=(
        "我们三个同学刚毕业，做桌面服务机器人，拿到了第一笔种子资金。房间已经谈好，"
        "核名、地址证明、刻章、开户都没办过，下个月要用公司名义签第一个合同，希望两周内办下来。"
    ),
    done="名称预核、场地证明、执照、印章、税务登记全部办好，银行开户完成。",
    reply="执照、印章都办好了，请带身份证到服务站领取；开户已完成，首份合同可以盖章了。",
    by="self",
)
UNPAID_KEY, LOCKERS_KEY, SETTLING_KEY, OVERTIME_KEY = 1_000_001, 1_000_002, 1_000_003, 1_000_004
FEES, RECOVERED, OWED_YUAN = 43, 23, 1_286_000
RATED_NEXT = 1_000_010


def tell(stage: Stage) -> None:
    _unpaid_fees(stage)
    _lockers(stage)
    _settling_in(stage)
    _overtime(stage)
    _desks(stage)


def _serial(stage: Stage, username: str) -> int:
    return next(serial for serial, user in stage.town.managers.items() if user.username == username)


def _begin(stage: Stage, case: Case, key: int, username: str, *, back: int, low: float, specialist: str, **facts: Any) -> Play:
    """File it `back` working days before the reference day and have it accepted within the hour."""
    serial = facts.pop("serial", None) or _serial(stage, username)
    at = stage.work.during(stage.work.day(-back), stream(f"story:{key}"), low, low + 0.1)
    plan = Plan(key, case, serial, stage.town.users[username], "in_progress", at, pace=0.9, due_day=0, owner=specialist, **facts)
    play = Play(stage.town, stage.work, stage.items, stage.limits, plan)
    play.file()
    play.wait(8 * MINUTE, 25 * MINUTE)
    play.do("accept", play.specialist, service_item=stage.items[case.item], priority="urgent" if facts.get("urgent") else "")
    return play


def _unpaid_fees(stage: Stage) -> None:
    """澄视数字视觉: the law firm came to the door on the next working day, 23 of 43 fees are back. Left: `partner` presses 处置完成."""
    play = _begin(stage, UNPAID, UNPAID_KEY, CHENGSHI, back=6, low=0.45, specialist="specialist2", urgent=True, confidential=True)
    play.wait(10 * MINUTE, 15 * MINUTE)
    play.do("dispatch", play.specialist, unit="CW-01", note="四十三个项目、电子证据多，请安排律师明天上门固证。")
    play.wait(10 * MINUTE, 20 * MINUTE)
    partner = stage.town.acting("partner")
    play.do("acknowledge", partner, expected_on=stage.work.day(3))
    play.wait(5 * MINUTE, 8 * MINUTE)
    visit = "您好，我是衡若律所的律师，下一个工作日上午十点上门，请先把合同、聊天记录和项目清单放在一起，原始手机不要清理。"
    play.do("comment", partner, body=visit, circle="enterprise")
    play.wait(5 * MINUTE, 8 * MINUTE)
    play.do("comment", play.enterprise, body="好的，材料我们今晚整理好，会议室留给您。")
    rows = line_items.add(play.grievance, _fees(play), by=play.enterprise, at=play.at)
    made_at = stage.work.during(stage.work.day(-5), play.dice, 0.15, 0.2)
    play.wait_until(stage.work.after(made_at, HOUR))
    note = "四十三个项目逐个过了一遍，三十一个证据齐全，当天发函；其余先固定聊天记录和上线截图。"
    site_visits.record(play.grievance, by=partner, at=play.at, made_at=made_at, person=play.grievance.contact_name, note=note)
    play.grievance.refresh_from_db()
    for day in range(-4, 0):
        play.wait_until(stage.work.during(stage.work.day(day), play.dice, 0.5, 0.8))
        _recover(play, partner, rows[(day + 4) * 11 : (day + 5) * 11], RECOVERED * (day + 5) // 4 - RECOVERED * (day + 4) // 4)


def _fees(play: Play) -> list[dict[str, Any]]:
    """So many claims that add up to what the story says."""
    places = ("上海", "苏州", "宁波", "合肥", "南京", "绍兴", "嘉兴", "温州", "无锡", "金华", "湖州")
    trades = ("云杉会展", "拾光文旅", "明远置业", "禾木商业")
    matters = ("展厅影片尾款", "数字沙盘尾款", "发布会视觉尾款", "线上展馆尾款")
    shares = [play.dice.randint(60, 180) for _ in range(FEES)]
    amounts = [OWED_YUAN * share // sum(shares) // 100 * 100 for share in shares]
    amounts[0] += OWED_YUAN - sum(amounts)
    return [
        {
            "debtor": f"{places[number % 11]}{trades[number // 11]}有限公司", "matter": f"{2023 + number % 3} 年{matters[number % 4]}",
            "amount_yuan": Decimal(amount), "evidence": "合同、验收单" if number % 4 else "聊天记录、上线截图",
        }
        for number, amount in enumerate(amounts)
    ]  # fmt: skip


def _recover(play: Play, partner: User, rows: list[LineItem], count: int) -> None:
    """One day's work: of these claims so many are paid, the others are pressed for or secured."""
    for place, row in enumerate(rows):
        state = "recovered" if place < count else ("demanded", "secured", "sued")[place % 3]
        line_items.change(row, {"state": state}, by=partner, at=play.at, version=row.version)


def _overtime(stage: Stage) -> None:
    """A wage claim of `employee`, which no account of the employer can find; the employer's law firm is not given it. `specialist2` has it."""
    play = _begin(
        stage, OVERTIME, OVERTIME_KEY, "employee", back=4, low=0.6, specialist="specialist2", serial=_serial(stage, CHENGSHI), personal=True
    )
    play.wait(10 * MINUTE, 20 * MINUTE)
    play.do("self_handle", play.specialist, reason="单位的律所不能服务双方，由综合治理窗口自办。")
    play.wait(20 * MINUTE, 40 * MINUTE)
    began = stage.work.today.replace(day=1) - timedelta(days=20)
    play.grievance = mediation.name_other_side(play.grievance, by=play.specialist, at=play.at, uscc="", disputed_on=began)
    owed = [
        {"debtor": "用人单位", "matter": f"{month} 加班费", "amount_yuan": Decimal(yuan)}
        for month, yuan in (("九月", 2860), ("十月", 3420))
    ]
    line_items.add(play.grievance, owed, by=play.enterprise, at=play.at)
    play.wait(10 * MINUTE, 20 * MINUTE)
    hello = "您的事只有我和您知道。请把考勤、工资条和聊天记录先留好，我周内给您算清楚，再商量要不要调解。"
    play.do("comment", play.specialist, body=hello, circle="enterprise")


def _lockers(stage: Stage) -> None:
    """外卖柜 in 梦想天地, filed by the steward, done by the operator. Left: `specialist3` tells the enterprise (反馈办结)."""
    facts = {"channel": "steward", "basis": "园区长收集，二十余家企业在群里反映，澄视数字视觉委托代为提交。"}
    play = _begin(
        stage, LOCKERS, LOCKERS_KEY, "steward", back=6, low=0.2, specialist="specialist3", serial=_serial(stage, CHENGSHI), **facts
    )
    play.wait(20 * MINUTE, 30 * MINUTE)
    play.do("dispatch", play.specialist, unit="OP-10", note="请先和企业代表、物业开个碰头会，定下位置再施工。")
    play.wait(30 * MINUTE, 50 * MINUTE)
    operator = stage.town.acting("park")
    play.do("acknowledge", operator, expected_on=stage.work.day(1))
    play.wait(HOUR, 2 * HOUR)
    body = "已约各家企业代表明天中午在1号楼大堂看位置，欢迎来提意见。"
    play.do("comment", operator, body=body, circle="enterprise")
    play.handler = operator
    play.wait_until(stage.work.ago(40 * MINUTE))
    play.finish_once()


def _settling_in(stage: Stage) -> None:
    """入驻 of a young founder on working day 9 of 10. Left: `specialist` presses 处置完成."""
    # Day 9 is today, or the last working day when today is none: the limit counts from the day after accepting.
    back = 9 if stage.work.reference == stage.work.today else 10
    play = _begin(stage, SETTLING_IN, SETTLING_KEY, YINGJIE, back=back, low=0.3, specialist="specialist")
    play.wait(10 * MINUTE, 15 * MINUTE)
    play.do("self_handle", play.specialist, reason="由经济发展窗口全程代办。")
    play.handler = play.specialist
    play.wait(10 * MINUTE, 20 * MINUTE)
    hello = "恭喜创业！核名和场地证明我来办，您先准备三位股东的身份证照片，两周内一定办下来。"
    play.do("comment", play.specialist, body=hello, circle="enterprise")
    play.wait_until(stage.work.during(stage.work.day(-3), play.dice, 0.3, 0.5))
    play.do("comment", play.specialist, body="执照已出，印章今天去取，银行开户约在这两天。", circle="enterprise")


def _desks(stage: Stage) -> None:
    """A few more, so that each demo account opens on something: to rate, to acknowledge, to follow."""
    places = [
        (CHENGSHI, "JF07", "closed", "specialist", None),
        (CHENGSHI, "GS03", "rated", "specialist3", None),
        (CHENGSHI, "ZL10", "in_progress", "specialist2", 1),
        (XINGJIAN, "JF16", "closed", "specialist", None),
        (XINGJIAN, "JF14", "in_progress", "specialist", 3),
        (XINGJIAN, "GS03", "dispatched", "specialist3", 0),
        (XINGJIAN, "ZL06", "returned", "specialist2", 0),
        ("employee", "GS05", "in_progress", "specialist3", 6),
        ("employee", "GS04", "rated", "specialist3", None),
    ]  # fmt: skip
    for place, (username, item, ending, specialist, due_day) in enumerate(places):
        stage.play(stage.draw.for_account(RATED_NEXT + place, username, item, ending, specialist, due_day))
    for place, case_by in enumerate(("RC-01", "RC-01", "CW-01", "CW-01", "grid", "grid", "operator")):
        ending = "dispatched" if place % 2 == 0 else "in_progress"
        stage.play(stage.draw.for_unit(RATED_NEXT + 20 + place, case_by, ending, stage.limits))
