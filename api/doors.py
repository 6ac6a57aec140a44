"""The doors of the API: one promise to each counterpart, and through each one comes with the posts of that door only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from api.parsers import StrictJSONParser
from community import held
from community.kinds import REPRESENTATIVE_KINDS, PostKind
from grievances.models.querysets import COMMUNITY_KINDS
from wording.errors import NotYours


@dataclass(frozen=True)
class Door:
    """`kinds`: the posts that open it; `for_whom` is said to whoever has none of them."""

    name: str
    for_whom: str
    kinds: tuple[PostKind, ...]


ENTERPRISE = Door("enterprise", "企业的管理员、经办人和员工", REPRESENTATIVE_KINDS)
PARK = Door("park", "园区运营方", (PostKind.OPERATOR,))
COMMUNITY = Door("community", "社区、网格、园区和承办单位的人员", COMMUNITY_KINDS)
STREET = Door("street", "街道人员", (PostKind.STREET,))
#: Organisation and catalogue: readable by anyone with a post in that community (DESIGN §4).
ANYBODY = Door("community", "在社区任职或代表企业的人", tuple(PostKind))


class JsonAlways(BaseContentNegotiation):
    """There is one way to answer; `?format=` is a filter like any other that is not on the list."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class Behind(APIView):
    """A view behind a door. Inside, `request.user.posts` are those of the door alone: sight, capacity and choices follow from them, so that
    an official who also represents an enterprise is one or the other, never both at once."""

    door: ClassVar[Door]
    parser_classes = (StrictJSONParser,)
    content_negotiation_class = JsonAlways
    at: datetime

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.at = timezone.now()
        posts = tuple(held(request.user, *self.door.kinds))
        if not posts:
            raise NotYours(f"这个入口供{self.door.for_whom}使用，您目前没有这样的岗位。")
        request.user.posts = posts  # type: ignore[union-attr]
