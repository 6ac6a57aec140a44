"""Who speaks for an enterprise, and who holds which post. Names and numbers leave masked, and a masked cell changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import F, Q
from django.utils import timezone

import community
from community import held
from community.filters import PostFilter
from community.kinds import COMMUNITY_WIDE_KINDS, GRID_KINDS, ORGANISATION_KINDS, REPRESENTATIVE_KINDS, PostKind
from community.models import Grid, Post, Unit
from enterprises import people
from enterprises.filters import RepresentativeFilter
from enterprises.models import Representative
from exchange import references
from exchange.cells import choice, read_code, read_date, text, text_of
from exchange.columns import Column, Kind
from exchange.filtered import filtered
from exchange.table import RowByRow, Scope
from parks.models import ParkPost
from parks.people import appoint_operator, appoint_steward
from wording import mask_email, mask_name, mask_phone

if TYPE_CHECKING:
    from accounts.models import User

_PHONE = re.compile(r"^\+?[0-9][0-9-]{4,18}$")
_USERNAME = re.compile(r"^[\w.@+-]{2,40}$", re.ASCII)
MASK = "*"


def _unless_masked(read: Any) -> Any:
    def reading(cell: Any) -> Any:
        return None if MASK in text_of(cell) else read(cell)

    return reading


def read_phone(cell: Any) -> str | None:
    phone = re.sub(r"[\s()（）]", "", text_of(cell))
    if phone and not _PHONE.match(phone):
        raise ValidationError(f"「{phone[:40]}」不是电话号码，只含数字和短横线。")
    return phone or None


def read_email(cell: Any) -> str | None:
    address = text_of(cell)
    if address:
        validate_email(address)
    return address or None


def read_username(cell: Any) -> str | None:
    name = read_code(cell)
    if name and not _USERNAME.match(name):
        raise ValidationError(f"登录名「{name[:40]}」须为 2 到 40 个字母、数字或 . _ - @。")
    return name


USERNAME = Column(
    "username",
    "登录名",
    ("用户名", "账号", "账户"),
    read_username,
    required=True,
    kind=Kind.CODE,
    width=18,
    note="已有的账号直接使用；没有的新建，由本人用邮箱「忘记密码」设密码，或由专员发初始密码。",
    example="zhangsan",
)
NAME = Column(
    "name",
    "姓名",
    ("人员姓名", "联系人", "联系人姓名"),
    _unless_masked(text(40)),
    lambda row: mask_name(row["person"]),
    width=12,
    masked=True,
    note="新账号必填。导出时已脱敏；带 * 的格子导入时不改动。",
    example="张三",
)
PHONE = Column(
    "phone",
    "手机号码",
    ("手机", "电话", "联系电话", "联系人电话", "联系方式"),
    _unless_masked(read_phone),
    lambda row: mask_phone(row["phone"]),
    kind=Kind.CODE,
    width=16,
    masked=True,
    example="13812345678",
)
EMAIL = Column(
    "email",
    "电子邮箱",
    ("邮箱", "Email", "E-mail"),
    _unless_masked(read_email),
    width=22,
    note="用于找回密码。",
    value=lambda row: mask_email(row["email"]),
    masked=True,
)


class Representatives(RowByRow):
    code, label, key = "representatives", "企业人员", ("uscc", "username", "role")
    importers = exporters = (PostKind.SPECIALIST, PostKind.LEADER)
    models = (Post, Representative)
    note = "一家企业只有一位管理员；更换管理员请在企业档案里移交。"
    columns = (
        Column("enterprise", "企业名称", value=lambda row: row["enterprise_name"], width=36),
        Column("uscc", "统一社会信用代码", ("信用代码", "社会信用代码", "统一信用代码"), read_code, required=True, kind=Kind.CODE, width=22),
        Column("role", "身份", ("角色", "人员类型"), choice({kind.label: kind.value for kind in REPRESENTATIVE_KINDS}, called="身份"), lambda row: PostKind(row["role"]).label, required=True, width=14, options=tuple(kind.label for kind in REPRESENTATIVE_KINDS), words=dict(PostKind.choices)),
        USERNAME, NAME, PHONE, EMAIL,
        Column("title", "职务", ("岗位名称", "职位"), text(40), width=16),
    )  # fmt: skip

    def known(self, values: dict[str, Any], scope: Scope) -> Representative | None:
        self._enterprise = references.enterprise(values["uscc"], scope)
        rows = Representative.objects.in_force().filter(enterprise=self._enterprise, role=values["role"])
        return rows.filter(post__user__username__iexact=values["username"]).select_related("post__user").first()  # type: ignore[no-any-return]

    def current(self, thing: Representative) -> dict[str, Any]:
        return _person(thing.post.user) | {"title": thing.post.title}

    def create(self, values: dict[str, Any], scope: Scope) -> Representative:
        user = references.person(values, scope, REPRESENTATIVE_KINDS)
        return people.join(self._enterprise, user, values["role"], at=scope.at, by=scope.by, title=values.get("title", ""))

    def update(self, thing: Representative, values: dict[str, Any], scope: Scope) -> None:
        references.same_person(thing.post.user, values, scope, REPRESENTATIVE_KINDS)
        _retitle(thing.post, values)

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        """Managers and members; who works there is the enterprise's own business (DESIGN §4)."""
        rows = Representative.objects.visible_to(user).in_force().exclude(role=PostKind.EMPLOYEE)
        rows = filtered(RepresentativeFilter, params, rows, user).order_by("enterprise__pinyin", "enterprise_id", "role", "pk")
        joined = {
            "enterprise_name": F("enterprise__name"),
            "uscc": F("enterprise__uscc"),
            "title": F("post__title"),
            **_joined("post__user"),
        }
        return rows.values("role", **joined).iterator(chunk_size=2000)  # type: ignore[no-any-return]


#: Who gives out which posts by sheet. Those of the street, the audit and the system are given by hand.
_BY_LEADER = (*GRID_KINDS, PostKind.STEWARD, PostKind.OPERATOR, PostKind.PARTNER, PostKind.DEPARTMENT, PostKind.SPECIALIST)


class Posts(RowByRow):
    code, label, key = "posts", "岗位名单", ("username", "kind", "unit", "grid", "park")
    importers = (PostKind.LEADER, PostKind.ADMIN)
    exporters = (*COMMUNITY_WIDE_KINDS, PostKind.STREET, PostKind.ADMIN)
    models = (Post, ParkPost)
    note = "专员、部门、伙伴和运营方填单位，网格岗位填网格，园区长填园区。离任填「任职止」。"
    columns = (
        USERNAME, NAME,
        Column("kind", "岗位", ("岗位类别", "身份", "角色"), choice({kind.label: kind.value for kind in ORGANISATION_KINDS}, called="岗位"), lambda row: PostKind(row["kind"]).label, required=True, width=14, options=tuple(kind.label for kind in _BY_LEADER), words=dict(PostKind.choices)),
        Column("unit", "单位", ("所属单位", "窗口", "机构"), text(60), lambda row: row["unit_name"] or "", width=24),
        Column("grid", "网格", ("所属网格", "网格名称"), text(60), lambda row: row["grid_name"] or "", width=14),
        Column("park", "园区", ("所属园区", "园区名称"), text(60), lambda row: row["park_name"] or "", width=20),
        PHONE, EMAIL,
        Column("title", "职务", ("岗位名称", "职位"), text(40), width=16),
        Column("until_on", "任职止", ("离任日期", "到期日"), read_date, lambda row: _day_of(row["until_at"]), kind=Kind.DATE, width=12, note="含当日；空着表示一直有效。"),
    )  # fmt: skip

    def options(self, scope: Scope) -> dict[str, Sequence[str]]:
        here = {"community": scope.community}
        return {
            "unit": list(Unit.objects.filter(**here, retired=False).order_by("kind", "code").values_list("name", flat=True)),
            "grid": list(Grid.objects.filter(**here).order_by("code").values_list("name", flat=True)),
            "park": references.park_names(scope),
        }

    def known(self, values: dict[str, Any], scope: Scope) -> Post | None:
        here = {"community": scope.community}
        self._unit = (
            references.named(Unit.objects.filter(**here), values["unit"], column="unit", called="单位") if "unit" in values else None
        )
        self._grid = (
            references.named(Grid.objects.filter(**here), values["grid"], column="grid", called="网格") if "grid" in values else None
        )
        self._park = references.park(values["park"], scope) if "park" in values else None
        rows = Post.objects.effective(scope.at).filter(kind=values["kind"], user__username__iexact=values["username"])
        rows = rows.filter(Q(**here) | Q(street=scope.community.street_id))
        for name, value in (("unit", self._unit), ("grid", self._grid), ("park_post__park", self._park)):
            rows = rows.filter(**{name: value}) if value is not None else rows
        return rows.select_related("user").order_by("pk").first()  # type: ignore[no-any-return]

    def current(self, thing: Post) -> dict[str, Any]:
        return _person(thing.user) | {"title": thing.title, "until_on": _day_of(thing.until_at)}

    def create(self, values: dict[str, Any], scope: Scope) -> Post:
        self._refuse_high(values["kind"])
        user = references.person(values, scope, _BY_LEADER)
        dated = {"at": scope.at, "by": scope.by, "until_at": _end_of(values.get("until_on"))}
        match values["kind"]:
            case PostKind.STEWARD:
                if self._park is None:
                    raise ValidationError({"park": "园区长须写明园区。"})
                post = appoint_steward(self._park, user, **dated)
            case PostKind.OPERATOR:
                if self._unit is None:
                    raise ValidationError({"unit": "园区运营方的岗位须写明单位。"})
                post = appoint_operator(self._unit, user, park=self._park, title=values.get("title", ""), **dated)
            case kind:
                place = {"community": scope.community, "unit": self._unit, "grid": self._grid}
                post = community.appoint(user, kind, title=values.get("title", ""), **place, **dated)
        _retitle(post, values)
        return post  # type: ignore[no-any-return]

    @staticmethod
    def _refuse_high(kind: str) -> None:
        if kind not in _BY_LEADER:
            raise ValidationError({"kind": f"「{PostKind(kind).label}」的岗位不能用表格增改，请在「组织与岗位」里办理。"})

    def update(self, thing: Post, values: dict[str, Any], scope: Scope) -> None:
        self._refuse_high(thing.kind)
        references.same_person(thing.user, values, scope, _BY_LEADER)
        _retitle(thing, values)
        if "until_on" in values:
            thing.until_at = _end_of(values["until_on"])
            thing.full_clean()
            thing.save(update_fields=["until_at"])
            if thing.until_at is not None and thing.until_at <= scope.at:
                community.leave(thing, at=scope.at, by=scope.by)

    def exported(self, user: User, params: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
        rows = Post.objects.visible_to(user).effective(at).filter(kind__in=ORGANISATION_KINDS)
        if not held(user, *COMMUNITY_WIDE_KINDS, PostKind.STREET):
            rows = rows.filter(Q(kind__in=_BY_LEADER))
        rows = filtered(PostFilter, params, rows, user).order_by("kind", "unit__code", "grid__code", "pk")
        joined = {"unit_name": F("unit__name"), "grid_name": F("grid__name"), "park_name": F("park_post__park__name")}
        return rows.values("kind", "title", "until_at", **joined, **_joined("user")).iterator(chunk_size=2000)  # type: ignore[no-any-return]


def _joined(path: str) -> dict[str, Any]:
    return {
        "username": F(f"{path}__username"), "person": F(f"{path}__name"), "phone": F(f"{path}__phone"), "email": F(f"{path}__email"),
    }  # fmt: skip


def _person(user: User) -> dict[str, Any]:
    return {"name": user.name, "phone": user.phone, "email": user.email}


def _retitle(post: Post, values: dict[str, Any]) -> None:
    if "title" in values and values["title"] != post.title:
        post.title = values["title"]
        post.save(update_fields=["title"])


def _end_of(day: Any) -> datetime | None:
    """The end of the last day, in the community's time."""
    return timezone.make_aware(datetime.combine(day, time.max.replace(microsecond=0))) if day else None


def _day_of(at: datetime | None) -> Any:
    return timezone.localtime(at).date() if at else None
