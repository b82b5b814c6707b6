"""What stands in the diary of a member of staff, and the numbers of booking (DOMAIN.md §7)."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _


class MeetingRange(Func):
    """The half-open stretch of a meeting."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class DiaryEntry(models.Model):
    """One person at one meeting, held or proposed. The database lets no two of one person overlap, whoever writes."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="diary")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    session = models.OneToOneField(
        "consulting_sessions.ConsultingSession", models.PROTECT, null=True, related_name="diary_entry"
    )
    time_request = models.OneToOneField(
        "consulting_sessions.TimeRequest",
        models.PROTECT,
        null=True,
        related_name="diary_entry",
        help_text="Whose proposal holds the time until the customer decides.",
    )

    class Meta:
        db_table = "diary_entries"
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="diary_entries_end_after_start"),
            models.CheckConstraint(
                condition=Q(session__isnull=True) | Q(time_request__isnull=True), name="diary_entries_of_one_thing"
            ),
            ExclusionConstraint(
                name="diary_entries_never_overlap",
                expressions=[
                    (MeetingRange("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
                    ("staff", RangeOperators.EQUAL),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} {self.starts_at:%Y-%m-%d %H:%M}"


class BookingPolicy(models.Model):
    """The numbers of ours that an operations lead can change. One row (DOMAIN.md, head; §7)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    notice_hours = models.PositiveSmallIntegerField(_("notice in hours"), default=24)
    horizon_days = models.PositiveSmallIntegerField(_("horizon in days"), default=60)
    buffer_minutes = models.PositiveSmallIntegerField(_("minutes free after a meeting"), default=15)
    step_minutes = models.PositiveSmallIntegerField(_("starts every … minutes"), default=30)
    change_cutoff_hours = models.PositiveSmallIntegerField(_("hours until which a customer may move"), default=24)

    class Meta:
        db_table = "booking_policy"
        verbose_name = _("booking policy")
        verbose_name_plural = _("booking policy")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="booking_policy_one_row"),
            models.CheckConstraint(condition=Q(step_minutes__in=(15, 30, 60)), name="booking_policy_step"),
            models.CheckConstraint(condition=Q(horizon_days__range=(1, 366)), name="booking_policy_horizon"),
        ]

    def __str__(self) -> str:
        return str(_("booking policy"))
