"""How the plans run: one function per ending, and the turns a ticket may take on its way."""

from collections.abc import Callable
from datetime import date, timedelta

from grievances.models import Grievance
from mengchuang.demo.cases import words
from mengchuang.demo.play import DAY, HOUR, MINUTE, Play
from workdays import SHANGHAI


def perform(play: Play) -> Grievance:
    ENDINGS[play.plan.ending](play)
    return play.grievance


# Over.


def closed(play: Play) -> None:
    play.file()
    play.accept()
    _from_accepted(play)


def rated(play: Play) -> None:
    closed(play)
    play.rate()


def withdrawn(play: Play) -> None:
    play.file()
    if play.dice.random() < 0.5:
        play.accept()
    play.wait(10 * MINUTE, 3 * HOUR)
    play.do("withdraw", play.enterprise, reason=play.say("withdraw_reasons"))


def withdrawn_late(play: Play) -> None:
    play.file()
    play.accept()
    play.send()
    play.wait(2 * HOUR, DAY)
    play.do("request_withdraw", play.enterprise, reason="情况有变，不再需要办理，没有安全风险。")
    play.wait(20 * MINUTE, 2 * HOUR)
    play.do("approve", play.specialist, note="已与企业核实，无安全风险，同意撤回。")


def rejected(play: Play) -> None:
    play.file()
    _reject(play)


def _reject(play: Play) -> None:
    play.wait(30 * MINUTE, 3 * HOUR)
    reason, basis, go_to = play.dice.choice(words()["rejections"])
    play.do("reject", play.specialist, reason=reason, basis=basis, go_to=go_to)


def appealed(play: Play) -> None:
    """Refused, appealed against, and taken by somebody else."""
    rejected(play)
    play.wait(2 * HOUR, DAY)
    play.do("appeal", play.enterprise, reason=play.say("appeal_reasons"))
    assert play.grievance.assignee is not None
    play.specialist = play.town.acting(play.grievance.assignee.username)
    play.set_answer(play.plan.pace)
    play.accept()
    _from_accepted(play)


def duplicate(play: Play) -> None:
    """The enterprise files the same once more; the second ticket is merged into the first."""
    play.file()
    play.accept()
    play.wait(10 * MINUTE, 90 * MINUTE)
    again = Play(play.town, play.work, play.items, play.limits, play.plan)
    again.at = play.at
    again.file()
    again.wait(5 * MINUTE, HOUR)
    again.do("merge", play.specialist, into=play.grievance, reason=play.say("merge_reasons"))
    play.wait_until(again.at)
    _from_accepted(play)


def _from_accepted(play: Play) -> None:
    """处置 and 反馈 with the turns planned for it."""
    if play.twist("reclassify"):
        _reclassify(play)
    if play.twist("return_dispatch") and play.case.by != "self":
        _hand_back(play)
    elif play.twist("recall") and play.case.by != "self":
        _recall(play)
    else:
        play.send()
    play.contact()
    for turn in (_urge, _hand_over, _supervise, _extend, _suspend):
        turn(play)
    play.finish()
    play.tell()
    _reopen(play)


def _reclassify(play: Play) -> None:
    code = play.other_case
    play.do("reclassify", play.specialist, service_item=play.items[code], reason=play.say("reclassify_reasons"))
    play.wait(2 * MINUTE, 10 * MINUTE)
    play.do("reclassify", play.specialist, service_item=play.items[play.case.item], reason="与企业再次核对，仍按原事项办理。")


def _hand_back(play: Play) -> None:
    """退单: the unit hands it back within its day, and the specialist sees to it himself."""
    play.dispatch()
    unit = play.grievance.unit
    if play.handler is not None or unit is None:
        return
    play.wait(20 * MINUTE, 2 * HOUR)
    facts = {} if unit.has_account else {"incoming": f"{unit.name}来电说明。"}
    by = play.person_of(unit.code) if unit.has_account else play.specialist
    play.do("return_dispatch", by, reason=play.say("return_reasons"), **facts)
    _myself(play)


def _recall(play: Play) -> None:
    play.dispatch()
    if play.handler is not None:
        return
    play.wait(HOUR, 3 * HOUR)
    play.do("recall", play.specialist, reason=play.say("recall_reasons"))
    _myself(play)


def _myself(play: Play) -> None:
    play.wait(5 * MINUTE, 40 * MINUTE)
    play.do("self_handle", play.specialist, reason="由窗口直接与企业对接办理。")
    play.handler = play.specialist


def _urge(play: Play) -> None:
    if play.twist("urge"):
        play.wait(10 * MINUTE, max(20 * MINUTE, play.room_before_answer(0.4)))
        play.do("urge", play.enterprise, note=play.say("urges"))


def _hand_over(play: Play) -> None:
    others = [person for person in play.colleagues() if person != play.specialist]
    if play.twist("hand_over") and others:
        play.wait(10 * MINUTE, HOUR)
        colleague = play.dice.choice(others)
        play.do("hand_over", play.specialist, to=colleague, reason="外出学习一周，交由同窗口同事跟进。")
        play.specialist = colleague


def _supervise(play: Play) -> None:
    if not play.twist("supervise"):
        return
    play.wait(10 * MINUTE, max(20 * MINUTE, play.room_before_answer(0.3)))
    official = play.town.holders("street")[0] if play.town.holders("street") else play.town.holders("leader")[0]
    due_at = play.work.after(play.at, DAY)
    order = play.do("supervise", official, demand=play.say("supervise_demands"), due_at=due_at).version
    play.wait(20 * MINUTE, 4 * HOUR)
    play.do("comment", play.specialist, body=play.say("supervise_answers"), circle="internal", answers=order)


def _extend(play: Play) -> None:
    if play.twist("extend") and play.plan.pace < 1 and ask_extension(play):
        play.wait(15 * MINUTE, 2 * HOUR)
        play.do("approve", play.town.holders("leader")[0], note=play.say("approve_notes"))
        play.set_answer(0.85)


def ask_extension(play: Play) -> bool:
    """Ask for one or more working days, as many as the item allows; False where it may not be extended."""
    promised, allowed = play.grievance.promise_due_at, int(play.grievance.policy.get("extension_workdays", 0))
    assert promised is not None
    if not allowed or promised <= play.at:
        return False
    day = play.work.day_after(promised.astimezone(SHANGHAI).date(), play.dice.randint(1, min(allowed, 5)))
    by = play.specialist if play.handler is None else play.handler
    play.do("request_extend", by, reason=play.say("extend_reasons"), due_at=play.work.calendar.closing(day))
    return True


def _suspend(play: Play) -> None:
    until = play.at.astimezone(SHANGHAI).date() + timedelta(days=play.dice.randint(3, 9))
    if not play.twist("suspend") or play.plan.pace >= 1 or until >= play.work.today - timedelta(days=3):
        return
    suspend(play, until)
    resume_at = play.grievance.resume_at
    assert resume_at is not None
    play.wait_until(resume_at)
    play.do("resume", None, reason="due")
    play.set_answer(0.7)


def suspend(play: Play, until: date) -> None:
    by = play.specialist if play.handler is None else play.handler
    play.do("request_suspend", by, reason=play.say("suspend_reasons"), resume_on=until)
    play.wait(10 * MINUTE, HOUR)
    play.do("approve", play.town.holders("leader")[0], note=play.say("approve_notes"))


def _reopen(play: Play) -> None:
    if not play.twist("reopen") or play.at > play.work.now - timedelta(days=25):
        return
    play.wait(3 * HOUR, 4 * DAY)
    play.do("reopen", play.enterprise, reason=play.say("reopen_reasons"), source="enterprise")
    play.set_answer(0.7)
    play.handler = None
    play.send()
    play.contact()
    play.finish()
    play.tell()


# Under way.


def submitted(play: Play) -> None:
    play.at = play.work.ago(play.dice.uniform(5 * MINUTE, 2.2 * HOUR))
    play.file()


def returned(play: Play) -> None:
    play.at = play.work.ago(play.dice.uniform(0.6 * DAY, 2.6 * DAY))
    play.file()
    play.wait(20 * MINUTE, 90 * MINUTE)
    play.do("return_for_info", play.specialist, missing=[play.say("missing", play.case.item[:2])])
    if play.grievance.assignee != play.specialist:
        play.do("hand_over", play.specialist, to=play.specialist, reason="补正由我跟进。")


def accepted(play: Play) -> None:
    play.at = play.work.ago(play.dice.uniform(1.2 * HOUR, 2.8 * HOUR))
    play.file()
    play.wait(10 * MINUTE, 50 * MINUTE)
    play.do("accept", play.specialist, service_item=play.items[play.case.item])


def dispatched(play: Play) -> None:
    accepted(play)
    play.dispatch()


def in_progress(play: Play) -> None:
    """Accepted as many working days before the limit ends as the item has."""
    day = play.work.day((play.plan.due_day or 0) - play.limit)
    play.at = play.work.during(day, play.dice, 0.02, 0.3)
    play.file()
    play.wait(5 * MINUTE, HOUR)
    play.do("accept", play.specialist, service_item=play.items[play.case.item])
    play.send()
    play.contact()
    _urge(play)


def asks_extension(play: Play) -> None:
    in_progress(play)
    play.wait_until(play.work.ago(play.dice.uniform(HOUR, 5 * HOUR)))
    ask_extension(play)


def suspended(play: Play) -> None:
    in_progress(play)
    play.wait_until(play.work.ago(play.dice.uniform(DAY, 2 * DAY)))
    suspend(play, play.work.today + timedelta(days=play.dice.randint(3, 12)))


def awaiting_feedback(play: Play) -> None:
    play.at = play.work.ago(play.dice.uniform(2.2, 4) * DAY)
    play.file()
    play.wait(5 * MINUTE, HOUR)
    play.do("accept", play.specialist, service_item=play.items[play.case.item])
    play.send()
    play.contact()
    play.wait_until(play.work.ago(play.dice.uniform(10 * MINUTE, 2.5 * HOUR)))
    play.finish_once()


ENDINGS: dict[str, Callable[[Play], None]] = {
    act.__name__: act
    for act in (
        closed, rated, withdrawn, withdrawn_late, rejected, appealed, duplicate,
        submitted, returned, accepted, dispatched, in_progress, asks_extension, suspended, awaiting_feedback,
    )
}  # fmt: skip
