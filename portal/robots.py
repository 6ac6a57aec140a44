"""群机器人: the robots in the groups of one's community and its units. Their keys are written once and never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from community import held
from community.kinds import PostKind
from community.models import Community, Unit
from notices import outbox, robots
from notices.models import Robot
from portal.rights import only
from portal.told_forms import ToldForm
from portal.trace import record
from wording import clean_query
from wording.errors import FactsMissing, Refused

if TYPE_CHECKING:
    from accounts.models import User

KINDS = (PostKind.ADMIN, PostKind.LEADER)


class RobotForm(ToldForm):
    place = forms.ChoiceField(label="哪里的群")
    name = forms.CharField(label="群的名称", widget=forms.TextInput(attrs={"maxlength": 40, "placeholder": "如：律所承办群"}))
    address = forms.CharField(
        label="Webhook 地址",
        widget=forms.TextInput(attrs={"maxlength": 300, "autocomplete": "off", "placeholder": "https://…"}),
        help_text="在群设置里添加群机器人后整行复制；保存后不再显示",
    )
    secret = forms.CharField(
        label="加签密钥（钉钉选填）", required=False, widget=forms.PasswordInput(attrs={"maxlength": 100, "autocomplete": "new-password", "placeholder": "SEC…"}),
        help_text="钉钉机器人的安全设置选「加签」时填写",
    )  # fmt: skip


@only(*KINDS)
@require_http_methods(["GET", "POST"])
def robot_list(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _show(request)
    try:
        robot = _add(request)
    except Refused as refusal:
        return _show(request, typed=request.POST, refusal=refusal)
    messages.success(request, f"已添加「{robot.name}」。可以按「试发」看群里能不能收到。")
    return HttpResponseRedirect(reverse("robots"))


def _places(user: User) -> dict[str, tuple[Community, Unit | None]]:
    """What may be chosen, by code: the communities the user sets up, and their units in use."""
    posts = held(user, *KINDS)
    communities = Community.objects.visible_to(user).filter(pk__in={post.community_id for post in posts if post.community_id})
    streets = {post.street_id for post in posts if post.street_id}
    communities = (communities | Community.objects.visible_to(user).filter(street__in=streets)).order_by("code")
    found: dict[str, tuple[Community, Unit | None]] = {row.code: (row, None) for row in communities}
    units = Unit.objects.visible_to(user).filter(community__in=communities, retired=False).select_related("community")
    return found | {f"{row.community.code}/{row.code}": (row.community, row) for row in units.order_by("community__code", "kind", "code")}


def _add(request: HttpRequest) -> Robot:
    """Raises Refused."""
    typed, at = request.POST, timezone.now()
    place, name = _places(request.user).get(typed.get("place", "")), clean_query(typed.get("name", ""))[:40]
    problems = {} if place is not None else {"place": "请选是哪里的群"}
    problems |= {} if name else {"name": "请写群的名称，停用和查看送达时认得出"}
    if problems:
        raise FactsMissing("请改正标出的几项。", fields=problems)
    community, unit = place
    facts: dict[str, Any] = {"street": community.street_id, "community": community.pk, "unit": unit.pk if unit is not None else None}
    with transaction.atomic():
        robot = robots.add(typed.get("address", "")[:300], name=name, secret=clean_query(typed.get("secret", ""))[:100], at=at, **facts)
        record(request, "robot_added", target=robot.name, channel=robot.channel, unit=unit.name if unit is not None else community.name)
    return robot


def _show(request: HttpRequest, *, typed: Any = None, refusal: Refused | None = None) -> HttpResponse:
    places = _places(request.user)
    form = RobotForm(typed, refusal=refusal, auto_id="r-%s")
    form.fields["place"].choices = [
        ("", "请选择"),
        *((code, unit.name if unit else f"{row.name}（全社区）") for code, (row, unit) in places.items()),
    ]
    names = {(row.pk, unit.pk if unit else None): unit.name if unit else f"{row.name}（全社区）" for row, unit in places.values()}
    rows = Robot.objects.visible_to(request.user).order_by("retired", "community_key", "unit_key", "pk")
    facts = {"rows": [{"robot": row, "place": names.get((row.community_key, row.unit_key), "已停用的单位")} for row in rows], "form": form}
    return render(request, "notices/robots.html", facts, status=refusal.status_hint if refusal is not None else 200)


@only(*KINDS)
@require_POST
def robot_act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """`retire`, `resume` or `try`; pressing twice changes nothing more."""
    if deed not in ("retire", "resume", "try"):
        raise Http404
    robot, at = get_object_or_404(Robot.objects.visible_to(request.user), pk=pk), timezone.now()
    with transaction.atomic():
        if deed == "try":
            words = "这是一条试发消息，收到说明群机器人可以用"
            # Once a minute, however often it is pressed; whoever presses waits for it, at any hour.
            outbox.tell_robots(f"robot:{robot.pk}:try:{at:%Y%m%d%H%M}", [robot], title=words, at=at, urgent=True)
            record(request, "robot_tried", target=robot.name)
        elif Robot.objects.filter(pk=robot.pk, retired=deed == "resume").update(retired=deed == "retire"):
            record(request, "robot_retired" if deed == "retire" else "robot_resumed", target=robot.name)
    said = {
        "try": "试发消息已排队，几秒内到群里；没有收到请看「消息送达」。",
        "retire": f"「{robot.name}」已停用。",
        "resume": f"「{robot.name}」已启用。",
    }
    messages.success(request, said[deed])
    return HttpResponseRedirect(reverse("robots"))
