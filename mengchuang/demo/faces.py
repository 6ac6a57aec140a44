"""Who enterprises deal with gets a card — a drawn face, a telephone, hours, a code to scan —, some are away with a stand-in, filters are shared.

Nobody's photograph: a head and shoulders in a colour of the name. The code leads to the portal and to no WeChat account.
"""

import io
import zlib
from datetime import timedelta
from urllib.parse import urlencode

import segno
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

import community
import files
from accounts.models import User
from community import cards
from community.appointments import report_absence
from community.kinds import GRID_KINDS, PostKind
from community.models import Post
from grievances import saved_filters
from mengchuang.demo.names import landline
from mengchuang.demo.town import Town
from parks import people
from parks.models import Building

KINDS = (PostKind.LEADER, PostKind.SPECIALIST, PostKind.STEWARD, PostKind.GRID_LEADER, PostKind.GRID_STAFF)
SIDE = 240
GROUNDS = ("#dbe7f5", "#e3efe2", "#f5e6d8", "#ece3f3", "#dff0f0", "#f4e1e4")
CLOTHES = ("#2f5d8c", "#3f7050", "#8a5a34", "#5f4a85", "#2c7377", "#8c3f50")
HOURS = {PostKind.STEWARD: "工作日 8:30–17:30，急事随时", PostKind.GRID_STAFF: "工作日 9:00–17:30，下楼宇时打电话"}

SHARED = (
    ("leader", "今天要答复的", {"queue": "due_today"}),
    ("leader", "催过还没办结", {"queue": "all", "state": "open", "urged": "true"}),
    ("specialist2", "欠款与合同", {"queue": "window", "category": "劳动与法律"}),
    ("specialist3", "走访带回的", {"queue": "all", "channel": "visit"}),
)


def introduce(town: Town) -> None:
    posts = list(Post.objects.in_force(town.now).filter(community=town.community, kind__in=KINDS).select_related("user").order_by("pk"))
    for number, (person, kind) in enumerate({post.user: post.kind for post in reversed(posts)}.items()):
        _card(person, PostKind(kind), number, town)
    _keepers(town)
    _absences(town, posts)
    for username, name, conditions in SHARED:
        if username in town.users:
            person = community.attach(town.users[username], town.now)
            saved_filters.keep(person, name, urlencode(conditions), at=town.now, shared=True)


def _card(person: User, kind: PostKind, number: int, town: Town) -> None:
    if cards.card_of(person) is not None:
        return
    community.attach(person, town.now)
    pictures = {"photo": face(person.display_name), "wechat": code(person)}
    kept = {
        which: files.store(SimpleUploadedFile(f"{which}.png", data), by=person, at=town.now).pk
        for which, data in pictures.items()
        if which == "photo" or kind != PostKind.GRID_LEADER
    }
    hours = HOURS.get(kind, "工作日 9:00–12:00、13:30–17:30")
    cards.save(person, phone=landline(300 + number), hours=hours, at=town.now, **kept)


def face(name: str) -> bytes:
    """The same name, the same picture."""
    drawn = zlib.crc32(name.encode())
    picture = Image.new("RGB", (SIDE, SIDE), GROUNDS[drawn % len(GROUNDS)])
    pen = ImageDraw.Draw(picture)
    clothes, skin = CLOTHES[drawn // 7 % len(CLOTHES)], "#f2d3b8"
    hair = ("#2b2320", "#3a2c25", "#1f1b1a")[drawn // 41 % 3]
    pen.ellipse((30, 170, 210, 330), fill=clothes)
    pen.rounded_rectangle((104, 138, 136, 190), 12, fill=skin)
    pen.ellipse((74, 44, 166, 160), fill=hair)
    pen.ellipse((80, 62 + drawn // 97 % 3 * 4, 160, 160), fill=skin)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def code(person: User) -> bytes:
    out = io.BytesIO()
    segno.make(f"{settings.PUBLIC_URL}/people/?demo={person.username}", error="m").save(out, kind="png", scale=6, border=2)
    return out.getvalue()


def _keepers(town: Town) -> None:
    """The buildings of a grid are shared out among its full-time members; one in five is nobody's in particular."""
    leader = next((person for name, person in town.users.items() if name == "leader"), None)
    if leader is None or not any(post.kind == PostKind.LEADER for post in community.attach(leader, town.now).posts):
        return
    rows = Building.objects.filter(park__community=town.community, park__grid__isnull=False).select_related("park").order_by("pk")
    for place, building in enumerate(rows):
        posts = [post for post in people.keepers(building.park, town.now) if post.kind == PostKind.GRID_STAFF]
        if posts and place % 5 and building.park.community_id == leader.posts[0].community_id:
            people.set_keeper(building, posts[place % len(posts)], at=town.now, by=leader)


def _absences(town: Town, posts: list[Post]) -> None:
    """Today: a member of a grid whose colleague answers, and a steward for whom nobody does. Next week: a specialist, said beforehand."""
    of_grid = [post for post in posts if post.kind in GRID_KINDS and not post.user.is_demo]
    stewards = [post for post in posts if post.kind == PostKind.STEWARD and not post.user.is_demo]
    away = next((post for post in of_grid if post.kind == PostKind.GRID_STAFF), None)
    if away is not None:
        deputy = next((post for post in of_grid if post.grid_id == away.grid_id and post.user_id != away.user_id), None)
        _away(town, away, deputy, -1, 2, "参加市里培训")
    if stewards:
        _away(town, stewards[0], None, 0, 1, "病假")
    desk = [post for post in posts if post.kind == PostKind.SPECIALIST and not post.user.is_demo]
    if len(desk) > 1:
        _away(town, desk[0], desk[1], 7, 10, "年休假")


def _away(town: Town, post: Post, deputy: Post | None, first: int, last: int, reason: str) -> None:
    midnight = timezone.localtime(town.now).replace(hour=0, minute=0, second=0, microsecond=0)
    from_at, until_at = midnight + timedelta(days=first), midnight + timedelta(days=last + 1)
    report_absence(post, from_at=from_at, until_at=until_at, deputy=deputy, by=post.user, at=town.now, reason=reason)
