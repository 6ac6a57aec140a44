"""What each move does beyond the state: one function per event. `approve` is workflow's own, because it runs another move."""

from __future__ import annotations

from collections.abc import Callable

from grievances import dispatch, handle, intake, merging, rating, requests, talk
from grievances.turn import Turn

DEEDS: dict[str, Callable[[Turn], None]] = {
    "submit": intake.submit,
    "accept": intake.accept,
    "return_for_info": intake.return_for_info,
    "resubmit": intake.resubmit,
    "supplement_timeout": intake.supplement_timeout,
    "reject": intake.reject,
    "appeal": intake.appeal,
    "withdraw": intake.withdraw,
    "dispatch": dispatch.dispatch,
    "self_handle": dispatch.self_handle,
    "acknowledge": dispatch.acknowledge,
    "return_dispatch": dispatch.return_dispatch,
    "recall": dispatch.recall,
    "co_done": dispatch.co_done,
    "suspend": handle.suspend,
    "resume": handle.resume,
    "extend": handle.extend,
    "finish": handle.finish,
    "send_back": handle.send_back,
    "feed_back": handle.feed_back,
    "withdraw_late": handle.withdraw_late,
    "reclassify": handle.reclassify,
    "rate": rating.rate,
    "reopen": rating.reopen,
    "merge": merging.merge,
    "unmerge": merging.unmerge,
    "comment": talk.comment,
    "urge": talk.urge,
    "supervise": talk.supervise,
    "hand_over": talk.hand_over,
    "request_suspend": requests.ask,
    "request_extend": requests.ask,
    "request_withdraw": requests.ask,
    "decline": requests.decline,
}
