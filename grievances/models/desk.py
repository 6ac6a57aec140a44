"""What the desk keeps for itself: reply templates of a community, a note of one's own on a ticket, filters one has named."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet

from community import held
from community.kinds import GRID_KINDS
from community.models import Community
from grievances.models.catalogue import ServiceItem
from wording.fields import CleanCharField, CleanTextField


class ReplyTemplateQuerySet(QuerySet["ReplyTemplate"]):
    def visible_to(self, user) -> ReplyTemplateQuerySet:
        """For specialists, leaders and the street: those of their communities."""
        return self.filter(community__in=Community.objects.worked_by(user))

    def in_use(self) -> ReplyTemplateQuerySet:
        return self.filter(retired=False)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ReplyTemplate(models.Model):
    """答复模板: words for the text of one move, for one item or for all. `version` counts the changes; who made the last is on the row,
    so that the row history says it of each."""

    community = models.ForeignKey(Community, models.PROTECT, related_name="reply_templates", verbose_name="社区")
    service_item = models.ForeignKey(ServiceItem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="事项")
    event = models.CharField("用在", max_length=24)
    title = CleanCharField("名称", max_length=30)
    body = CleanTextField("正文", max_length=2000)
    retired = models.BooleanField("停用", default=False)
    version = models.PositiveIntegerField("版本", default=1)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="修改人")
    changed_at = models.DateTimeField("修改时间")

    objects = ReplyTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "答复模板"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "event", "title"],
                condition=Q(retired=False),
                name="reply_template_title",
                violation_error_message="这个环节已有同名的模板，请换个名称，或修改原来那条",
            ),
            models.CheckConstraint(condition=~Q(title="") & ~Q(body=""), name="reply_template_has_text"),
        ]

    def __str__(self) -> str:
        return self.title


class PrivateNoteQuerySet(QuerySet["PrivateNote"]):
    def visible_to(self, user) -> PrivateNoteQuerySet:
        """One's own, whatever one's posts: nobody else's is ever seen."""
        return self.filter(user=user)


class PrivateNote(models.Model):
    """只有我看得到的备注: one text per person and ticket. Not part of the ticket: in no history, export, search or interface."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="写的人")
    grievance = models.ForeignKey("grievances.Grievance", models.CASCADE, related_name="+", verbose_name="诉求")
    body = CleanTextField("备注", max_length=2000)
    changed_at = models.DateTimeField("修改时间")

    objects = PrivateNoteQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "个人备注"
        constraints = [
            models.UniqueConstraint(fields=["user", "grievance"], name="private_note_once"),
            models.CheckConstraint(condition=~Q(body=""), name="private_note_has_text"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.grievance_id}"


class SavedFilterQuerySet(QuerySet["SavedFilter"]):
    def visible_to(self, user) -> SavedFilterQuerySet:
        """One's own, and what colleagues share with the staff of one's community: specialists, leader, grid staff, the street."""
        grids = {post.community_id for post in held(user, *GRID_KINDS)}
        shared = Q(shared_with__in=Community.objects.worked_by(user))
        if grids:
            shared |= Q(shared_with__in=grids)
        return self.filter(Q(user=user) | shared)


class SavedFilter(models.Model):
    """常用筛选: conditions of the queue under a name. Conditions only: what they list comes from the reader's own sight."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="保存的人")
    name = CleanCharField("名称", max_length=12)
    query = models.CharField("条件", max_length=300)
    shared_with = models.ForeignKey(Community, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="分享给")
    created_at = models.DateTimeField("保存时间")

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "常用筛选"
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="saved_filter_name_once", violation_error_message="您已有同名的一组。"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(query=""), name="saved_filter_says_something"),
        ]

    def __str__(self) -> str:
        return self.name
