"""A customer asks for a time that the calendar does not offer, and the time that staff propose (DOMAIN.md §7)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from packages.models import Contract
from packages.session_types import LENGTHS_IN_MINUTES, SessionType
from sessions.models.sessions import ConsultingSession

PROPOSAL = ("staff", "starts_at", "ends_at", "expires_at")


class TimeRequest(models.Model):
    """One wish for a meeting; from `proposed` on with a person and a time, which the diary holds until it is decided.

    `zone` is the one in which the wished times were typed.
    """

    class Status(models.TextChoices):
        ASKED = "asked", _("Asked")
        PROPOSED = "proposed", _("Proposed")
        BOOKED = "booked", _("Booked")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="time_requests", verbose_name=_("contract"))
    session_type = models.CharField(_("type"), max_length=30, choices=SessionType.choices)
    duration_minutes = models.PositiveSmallIntegerField(_("length in minutes"))
    words = models.TextField(_("message"), blank=True)
    zone = models.CharField(_("time zone"), max_length=64)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ASKED)
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("staff member")
    )
    starts_at = models.DateTimeField(_("start"), null=True)
    ends_at = models.DateTimeField(_("end"), null=True)
    expires_at = models.DateTimeField(_("held until"), null=True)
    session = models.OneToOneField(
        ConsultingSession, models.PROTECT, null=True, related_name="time_request", verbose_name=_("session")
    )

    class Meta:
        db_table = "time_requests"
        verbose_name = _("request for a time")
        verbose_name_plural = _("requests for a time")
        constraints = [
            models.CheckConstraint(condition=Q(duration_minutes__in=LENGTHS_IN_MINUTES), name="time_requests_length"),
            models.CheckConstraint(condition=Q(session_type__in=SessionType.values), name="time_requests_type_known"),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "proposed", "booked", "declined", "withdrawn", "expired"]),
                name="time_requests_status",
            ),
            models.CheckConstraint(
                condition=Q(**{f"{field}__isnull": True for field in PROPOSAL})
                | Q(**{f"{field}__isnull": False for field in PROPOSAL}, ends_at__gt=F("starts_at")),
                name="time_requests_whole_proposal",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["proposed", "booked", "expired"]) | Q(starts_at__isnull=False),
                name="time_requests_proposed_what",
            ),
            models.CheckConstraint(
                condition=Q(status="booked", session__isnull=False) | (~Q(status="booked") & Q(session__isnull=True)),
                name="time_requests_booked_what",
            ),
            models.UniqueConstraint(fields=["id", "staff", "starts_at", "ends_at"], name="time_requests_with_time"),
        ]
        indexes = [
            models.Index(fields=["contract", "asked_at"], name="time_requests_contract"),
            models.Index(fields=["asked_at"], condition=Q(status__in=["asked", "proposed"]), name="time_requests_open"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """How people name this request."""
        return f"T-{self.pk:06d}"


class WishedTime(models.Model):
    """A stretch of time in which the customer would like to meet. Append-only."""

    request = models.ForeignKey(TimeRequest, models.PROTECT, related_name="wishes", verbose_name=_("request"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    class Meta:
        db_table = "wished_times"
        verbose_name = _("wished time")
        verbose_name_plural = _("wished times")
        ordering = ["starts_at", "pk"]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="wished_times_end")]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class TimeRequestEvent(models.Model):
    """What became of a request: who (nobody, where it expired by itself), when, why. Append-only."""

    request = models.ForeignKey(TimeRequest, models.PROTECT, related_name="events", verbose_name=_("request"))
    kind = models.CharField(_("kind"), max_length=10, choices=TimeRequest.Status.choices)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    reason = models.TextField(_("reason"), blank=True)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        db_table = "time_request_events"
        verbose_name = _("event of a request for a time")
        verbose_name_plural = _("events of requests for a time")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="expired", by__isnull=True) | (~Q(kind="expired") & Q(by__isnull=False)),
                name="time_request_events_by",
            )
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.kind}"
