"""When a member of staff works and when not, by the clock of their own zone (DOMAIN.md §7)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer

MINUTES_A_DAY = 24 * 60


class Weekday(models.IntegerChoices):
    """As `date.weekday()` counts."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class WorkingHours(models.Model):
    """One stretch of a weekday, by the wall clock of the staff member's own zone."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("until"))

    class Meta:
        db_table = "working_hours"
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        ordering = ["weekday", "starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="working_hours_end_after_start"),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="working_hours_weekday"),
            models.UniqueConstraint(fields=["staff", "weekday", "starts_at"], name="working_hours_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


class DayException(models.Model):
    """A date on which the weekly hours do not count but its own stretches; without any, the person does not work."""

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="day_exceptions")
    date = models.DateField(_("day"))

    class Meta:
        db_table = "day_exceptions"
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["staff", "date"], name="day_exceptions_once")]

    def __str__(self) -> str:
        return self.date.isoformat()


class ExceptionHours(models.Model):
    """One stretch of an exception, by the wall clock of the staff member's own zone."""

    exception = models.ForeignKey(DayException, models.CASCADE, related_name="hours")
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("until"))

    class Meta:
        db_table = "exception_hours"
        verbose_name = _("hours of an exception")
        verbose_name_plural = _("hours of exceptions")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="exception_hours_end_after_start"),
            models.UniqueConstraint(fields=["exception", "starts_at"], name="exception_hours_once"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


class TimeOff(models.Model):
    """A stretch of time in which a member of staff cannot be booked, and who covers for them.

    `cover_customers` narrows the cover to some customers; empty, it is for all of them.
    """

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="time_off")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    cover = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="covers", verbose_name=_("cover")
    )
    cover_customers = models.ManyToManyField(
        Customer,
        blank=True,
        related_name="covered_in",
        db_table="time_off_cover_customers",
        verbose_name=_("covered customers"),
    )

    class Meta:
        db_table = "time_off"
        verbose_name = _("time off")
        verbose_name_plural = _("time off")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="time_off_end_after_start"),
            models.CheckConstraint(condition=~Q(cover=F("staff")), name="time_off_covered_by_another"),
        ]
        indexes = [models.Index(fields=["staff", "ends_at"], name="time_off_of_staff")]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} – {self.ends_at:%Y-%m-%d %H:%M}"


class DiarySettings(models.Model):
    """What else a member of staff sets about their diary; without a row, nothing is set."""

    staff = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="diary_settings"
    )
    daily_limit_minutes = models.PositiveSmallIntegerField(_("most minutes of meetings a day"), null=True, blank=True)

    class Meta:
        db_table = "diary_settings"
        verbose_name = _("diary settings")
        verbose_name_plural = _("diary settings")
        constraints = [
            models.CheckConstraint(
                condition=Q(daily_limit_minutes__range=(1, MINUTES_A_DAY)), name="diary_settings_daily_limit"
            ),
        ]

    def __str__(self) -> str:
        return str(self.staff)
