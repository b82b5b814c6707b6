"""Busy times of a member of staff from the calendar that they keep elsewhere: when, never what."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class BusyCalendar(models.Model):
    """A private iCalendar address that a worker reads from time to time.

    Whoever knows such an address reads the whole calendar: it is kept sealed, and only its host is shown.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Not read yet")
        READ = "read", _("Up to date")
        FAILING = "failing", _("Cannot be read")

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="busy_calendars")
    sealed_address = models.TextField()
    host = models.CharField(_("host"), max_length=253)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    failure = models.CharField(_("failure"), max_length=20, blank=True)
    failures_in_a_row = models.PositiveSmallIntegerField(default=0)
    added_at = models.DateTimeField(_("added"))
    tried_at = models.DateTimeField(_("last tried"), null=True, blank=True)
    read_at = models.DateTimeField(_("last read"), null=True, blank=True)
    due_at = models.DateTimeField(_("next due"))
    known_until = models.DateTimeField(null=True, help_text="Up to where recurring events were written out.")
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)

    class Meta:
        db_table = "busy_calendars"
        verbose_name = _("calendar read for busy times")
        verbose_name_plural = _("calendars read for busy times")
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["waiting", "read", "failing"]), name="busy_calendars_state"),
            models.CheckConstraint(
                condition=(Q(state="failing") & ~Q(failure="")) | (~Q(state="failing") & Q(failure="")),
                name="busy_calendars_failing_says_why",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="busy_calendars_due")]

    def __str__(self) -> str:
        return self.host


class BusyTime(models.Model):
    """A stretch in which a calendar says that its owner is busy. Those of one calendar do not overlap."""

    calendar = models.ForeignKey(BusyCalendar, models.CASCADE, related_name="times")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    class Meta:
        db_table = "busy_times"
        verbose_name = _("busy time")
        verbose_name_plural = _("busy times")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="busy_times_end_after_start"),
        ]
        indexes = [models.Index(fields=["calendar", "starts_at"], name="busy_times_of_calendar")]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} – {self.ends_at:%Y-%m-%d %H:%M}"
