"""通知设置: by which channel somebody wants to be told of which kind of news."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from notices import choices, sms
from notices.kinds import CHOSEN
from notices.models import Channel
from portal.trace import record
from wording.masks import mask_email, mask_phone


@require_http_methods(["GET", "POST"])
def notice_settings(request: HttpRequest) -> HttpResponse:
    lines = choices.lines(request.user)
    if request.method == "POST":
        # A box that is not ticked is not sent: what was on the page and is not among what came was taken off.
        ticked = set(request.POST.getlist("wanted"))
        asked = {
            line.kind.code: {channel: f"{line.kind.code}:{channel}" in ticked for channel in CHOSEN}
            for line in lines
            if not line.kind.fixed
        }
        with transaction.atomic():
            changed = choices.choose(request.user, asked)
            if changed:
                record(request, "notices_chosen", target=request.user.username, changed=changed)
        messages.success(request, "通知设置已保存。" if changed else "没有改动。")
        return redirect("notice-settings")
    user = request.user
    facts = {
        "rows": [_row(line) for line in lines],
        "email": mask_email(user.email), "phone": mask_phone(user.phone) if sms.mobile(user.phone) else "", "sms_on": sms.is_on(),
    }  # fmt: skip
    return render(request, "notices/settings.html", facts)


def _row(line: choices.Line) -> dict[str, object]:
    labels = dict(Channel.choices)
    cells = [{"channel": channel, "label": labels[channel], "on": line.channels[channel]} for channel in CHOSEN]
    return {"kind": line.kind, "cells": cells}
