"""Users, their sessions and their API tokens."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

from accounts import notice
from wording.fields import CleanCharField

TOKEN_LIFE = timedelta(hours=12)
# A token or session that is used all day writes its "last seen" once a minute, not once a request.
SEEN_EVERY = timedelta(seconds=60)


class UserQuerySet(models.QuerySet["User"]):
    def named(self, username: str) -> "UserQuerySet":
        """By sign-in name, whatever its case: a phone's keyboard capitalises the first letter."""
        # Not `iexact`: that compares UPPER(), the index and the constraint hold LOWER().
        return self.alias(folded=Lower("username")).filter(folded=username.strip().lower())

    def by_name_or_email(self, who: str) -> "UserQuerySet":
        """Active users with this sign-in name, or with this address."""
        words = who.strip().lower()
        same = self.alias(folded=Lower("username"), mailbox=Lower("email"))
        return same.filter(models.Q(folded=words) | models.Q(mailbox=words), is_active=True).order_by("pk")


class PortalUserManager(UserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.named(username or "").get()
        return user


class User(AbstractUser):
    """A person who signs in. Posts, and with them every right, are rows of `community.Post`."""

    # A Chinese name is one field.
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    name = CleanCharField("姓名", max_length=40, blank=True)
    phone = CleanCharField(
        "手机号码",
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^\+?[0-9][0-9-]{4,18}$", "请填写手机或固定电话号码，只含数字和短横线。")],
    )
    must_change_password = models.BooleanField("须修改初始密码", default=False)
    is_demo = models.BooleanField("演示账号", default=False)
    # The newest `PrivacyAcceptance`, so that a request asks no second table.
    privacy_accepted_at = models.DateTimeField("同意隐私说明时间", null=True, blank=True)
    privacy_version = models.CharField("已同意的隐私说明版本", max_length=20, blank=True)
    password_changed_at = models.DateTimeField("密码修改时间", null=True, blank=True)

    objects = PortalUserManager()

    REQUIRED_FIELDS = ["email", "name"]

    class Meta:
        verbose_name = "用户"
        verbose_name_plural = "用户"
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="accounts_user_username_any_case",
                violation_error_message="这个用户名已有人使用（不分大小写）。",
            ),
            models.CheckConstraint(
                condition=~models.Q(is_demo=True, is_superuser=True),
                name="accounts_user_demo_is_no_superuser",
                violation_error_message="演示账号不能是超级用户。",
            ),
        ]
        indexes = [models.Index(Lower("email"), name="accounts_user_email_any_case")]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The person's name; the sign-in name where none is known."""
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    @property
    def has_to_change_password(self) -> bool:
        """Whether every page but the password page is closed. Demo accounts are exempt."""
        return self.must_change_password and not self.is_demo

    @property
    def has_to_accept_privacy(self) -> bool:
        """Whether the privacy notice, as it stands now, is still to be accepted. For demo accounts it counts as accepted."""
        return not self.is_demo and self.privacy_version != notice.VERSION


class SessionRecord(models.Model):
    """What the account page shows of a browser session; the session itself is `django_session`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="session_records", verbose_name="用户")
    session_key = models.CharField("会话", max_length=40, unique=True)
    created_at = models.DateTimeField("登录时间")
    last_seen_at = models.DateTimeField("最近使用时间")
    address = models.GenericIPAddressField("地址", null=True, blank=True)
    agent = models.CharField("浏览器", max_length=200, blank=True)

    class Meta:
        verbose_name = "登录会话"
        verbose_name_plural = "登录会话"
        indexes = [models.Index(fields=["last_seen_at"], name="accounts_session_seen")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.address or ''}".strip()


class TokenQuerySet(models.QuerySet["Token"]):
    def in_force(self, at: datetime) -> "TokenQuerySet":
        return self.filter(expires_at__gt=at, user__is_active=True)


class Token(models.Model):
    """An API token. The plaintext exists once, in the answer to the request that issued it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens", verbose_name="用户")
    # 256 random bits need no slow hash and no salt; a leaked table still opens nothing.
    digest = models.CharField("摘要", max_length=64, unique=True)
    label = CleanCharField("用途", max_length=60, blank=True)
    issued_at = models.DateTimeField("签发时间")
    expires_at = models.DateTimeField("失效时间")
    last_used_at = models.DateTimeField("最近使用时间", null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        verbose_name = "接口令牌"
        verbose_name_plural = "接口令牌"
        indexes = [models.Index(fields=["expires_at"], name="accounts_token_expires")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("issued_at")),
                name="accounts_token_expires_later",
                violation_error_message="令牌的失效时间须晚于签发时间。",
            )
        ]

    def __str__(self) -> str:
        return self.label or str(self.id)

    @staticmethod
    def digest_of(plaintext: str) -> str:
        return hashlib.sha256(plaintext.encode()).hexdigest()

    @classmethod
    def issue(cls, user: User, *, at: datetime, label: str = "") -> tuple["Token", str]:
        """A new token in force for 12 hours, and its plaintext, which is not kept."""
        plaintext = secrets.token_urlsafe(32)
        facts: dict[str, Any] = {"digest": cls.digest_of(plaintext), "issued_at": at, "expires_at": at + TOKEN_LIFE}
        return cls.objects.create(user=user, label=label[:60], **facts), plaintext

    @classmethod
    def owner(cls, plaintext: str, at: datetime) -> "Token | None":
        """The token in force with its active user (`token.user`), or None."""
        token = cls.objects.in_force(at).select_related("user").filter(digest=cls.digest_of(plaintext)).first()
        if token and (token.last_used_at is None or at - token.last_used_at >= SEEN_EVERY):
            cls.objects.filter(pk=token.pk).update(last_used_at=at)
        return token


class PrivacyAcceptance(models.Model):
    """Who accepted which version of the privacy notice, and when. The address stands in the audit entry beside it."""

    append_only = True

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="privacy_acceptances", verbose_name="用户")
    version = models.CharField("版本", max_length=20)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "隐私说明同意记录"
        constraints = [models.UniqueConstraint(fields=["user", "version"], name="accounts_privacy_once_a_version")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.version}"


class GuideProgress(models.Model):
    """How far somebody has come on a guided path; the paths themselves are a table of the face that shows them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="guides", verbose_name="用户")
    guide = models.CharField("指引", max_length=20)
    done = ArrayField(models.CharField(max_length=30), default=list, blank=True, verbose_name="已走的步")
    dismissed_at = models.DateTimeField("收起时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "上手指引进度"
        constraints = [models.UniqueConstraint(fields=["user", "guide"], name="accounts_guide_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.guide}"


class Knock(models.Model):
    """One try at a door that is open to strangers, counted so that nobody tries for ever (`accounts.knocking`)."""

    door = models.CharField("入口", max_length=20)
    address = models.GenericIPAddressField("地址", null=True, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "公开入口的尝试"
        indexes = [models.Index(fields=["door", "address", "at"], name="accounts_knock_recent")]

    def __str__(self) -> str:
        return f"{self.door} {self.address or ''}".strip()
