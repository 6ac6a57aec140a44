"""What a cell names: a park, a building, a unit, somebody. By code or by name, within sight."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from accounts.models import User
from community.models import Post
from enterprises.models import Enterprise
from enterprises.uscc import compact
from exchange.table import Scope
from parks.models import Building, Park


def named(rows: QuerySet[Any], word: str, *, column: str, called: str) -> Any:
    """The one of this code or name. Raises ValidationError that names the column."""
    found = list(rows.filter(Q(code=word) | Q(name=word))[:2])
    if len(found) == 1:
        return found[0]
    why = "不止一个，请填代码" if found else "没有，请核对名称或代码"
    raise ValidationError({column: f"名为「{word}」的{called}{why}。"})


def park(word: str, scope: Scope) -> Park:
    return named(Park.objects.filter(community=scope.community), word, column="park", called="园区")  # type: ignore[no-any-return]


def park_names(scope: Scope) -> list[str]:
    """For a drop-down, by pinyin."""
    return list(Park.objects.filter(community=scope.community).order_by("pinyin", "pk").values_list("name", flat=True))


def building(park_word: str, word: str, scope: Scope) -> Building:
    return named(Building.objects.filter(park=park(park_word, scope)), word, column="building", called="楼宇")  # type: ignore[no-any-return]


def enterprise(code: str, scope: Scope) -> Enterprise:
    """Of this community. Raises ValidationError."""
    found = Enterprise.objects.filter(community=scope.community, uscc=compact(code)).first()
    if found is None:
        raise ValidationError({"uscc": f"本社区没有信用代码为「{code[:40]}」的企业，请先导入企业名录。"})
    return found  # type: ignore[no-any-return]


def person(values: dict[str, Any], scope: Scope, kinds: Collection[str]) -> User:
    """The account of this sign-in name; a new one has no password until its owner or a specialist sets one. Raises ValidationError."""
    user = User.objects.named(values["username"]).first()
    if user is not None:
        same_person(user, values, scope, kinds)
        return user
    if not values.get("name"):
        raise ValidationError({"name": "这是新账号，请填写姓名。"})
    user = User(username=values["username"], name=values["name"], phone=values.get("phone", ""), email=values.get("email", ""))
    user.must_change_password = True
    user.set_unusable_password()
    user.full_clean()
    user.save()
    return user


def same_person(user: User, values: dict[str, Any], scope: Scope, kinds: Collection[str]) -> None:
    """Bring name, number and address of an account up to date. Raises ValidationError.

    Only where all its posts are in this community and of these kinds: who sets the address of an account can take it over.
    """
    given = {name: values[name] for name in ("name", "phone", "email") if name in values and getattr(user, name) != values[name]}
    if given:
        others = Post.objects.effective(scope.at).filter(user=user).exclude(community=scope.community, kind__in=kinds)
        if user.is_superuser or others.exists():
            why = "这个账号还有别的岗位，姓名、手机和邮箱由本人修改；请清空这一格，或核对登录名。"
            raise ValidationError(dict.fromkeys(given, why))
        for name, value in given.items():
            setattr(user, name, value)
        user.full_clean()
        user.save(update_fields=list(given))
