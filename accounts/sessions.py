"""Browser sessions: how long they last, who sees them, how they end.

The two times a request needs (`began_at`, `seen_at`) lie in the session itself, so that checking them costs no query; the
`SessionRecord` beside it is for the account page.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.sessions.models import Session

from accounts.address import client_address
from accounts.models import SEEN_EVERY, SessionRecord

ABSOLUTE = timedelta(hours=12)
BEGAN, SEEN = "began_at", "seen_at"


def idle_limit() -> timedelta:
    return timedelta(seconds=getattr(settings, "SESSION_IDLE_SECONDS", 30 * 60))


def begin(request: Any, at: datetime) -> SessionRecord:
    """Note a session that has just been opened for `request.user`."""
    session = request.session
    if session.session_key is None:
        session.save()
    session[BEGAN] = session[SEEN] = at.isoformat()
    record, _ = SessionRecord.objects.update_or_create(
        session_key=session.session_key,
        defaults={
            "user_id": request.user.pk,
            "created_at": at,
            "last_seen_at": at,
            "address": client_address(request),
            "agent": "".join(filter(str.isprintable, request.META.get("HTTP_USER_AGENT", "")))[:200],
        },
    )
    return record


def renew(request: Any) -> None:
    """Give the session of somebody whose password has just changed a new key; all others of the same person are over."""
    record = SessionRecord.objects.filter(session_key=request.session.session_key)
    pk = record.values_list("pk", flat=True).first()
    update_session_auth_hash(request, request.user)
    SessionRecord.objects.filter(pk=pk).update(session_key=request.session.session_key)


def end(request: Any) -> None:
    """Sign out: the session and its record are gone."""
    SessionRecord.objects.filter(session_key=request.session.session_key).delete()
    logout(request)


def touch(request: Any, at: datetime) -> str | None:
    """Keep the session of a signed-in request alive, or end it and say why: "idle" after 30 minutes, "absolute" after 12 hours.

    Used time is written once a minute, so a session may end up to a minute early, never late. A clock that steps back ends
    nothing.
    """
    session = request.session
    began, seen = session.get(BEGAN), session.get(SEEN)
    if began is None or seen is None:
        begin(request, at)
        return None
    why = None
    if at - datetime.fromisoformat(began) >= ABSOLUTE:
        why = "absolute"
    elif at - datetime.fromisoformat(seen) >= idle_limit():
        why = "idle"
    if why:
        end(request)
    elif at - datetime.fromisoformat(seen) >= SEEN_EVERY:
        session[SEEN] = at.isoformat()
        SessionRecord.objects.filter(session_key=session.session_key).update(last_seen_at=at)
    return why


def revoke(records: Any) -> int:
    """End the sessions of this queryset of `SessionRecord`; the next request of each is signed out. Returns how many."""
    keys = list(records.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    SessionRecord.objects.filter(session_key__in=keys).delete()
    return len(keys)


def revoke_all(user: Any, *, but: str | None = None) -> int:
    """End every session of the user, except the one with key `but`."""
    return revoke(SessionRecord.objects.filter(user=user).exclude(session_key=but))


def sweep(at: datetime) -> int:
    """Drop sessions that are over and records whose session is gone. Returns how many records."""
    over = SessionRecord.objects.filter(created_at__lte=at - ABSOLUTE) | SessionRecord.objects.filter(last_seen_at__lte=at - idle_limit())
    Session.objects.filter(expire_date__lte=at).delete()
    return revoke(over)
