"""Sessions, what happened to them, and what overage was accepted (DOMAIN.md §3, §7)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.money import CURRENCY_CHOICES
from packages.models import Contract, TermsVersion
from packages.session_types import LENGTHS_IN_MINUTES, SessionType


class ConsultingSession(models.Model):
    """One training and consultation meeting of a contract."""

    class Status(models.TextChoices):
        BOOKED = "booked", _("Booked")
        HELD = "held", _("Held")
        CANCELLED = "cancelled", _("Cancelled")
        NO_SHOW = "no_show", _("No-show")

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="sessions", verbose_name=_("contract"))
    session_type = models.CharField(_("type"), max_length=30, choices=SessionType.choices)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="sessions", verbose_name=_("staff member")
    )
    starts_at = models.DateTimeField(_("start"))
    ends_at = models.DateTimeField(_("end"))
    duration_minutes = models.PositiveSmallIntegerField(_("length in minutes"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.BOOKED)
    place = models.CharField(_("place"), max_length=300, blank=True)
    message = models.TextField(_("message"), blank=True)
    sequence = models.PositiveIntegerField(default=0, help_text="Grows with every change: iCalendar SEQUENCE.")
    booked_at = models.DateTimeField(_("booked"))
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("booked by")
    )

    class Meta:
        db_table = "consulting_sessions"
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.CheckConstraint(
                condition=Q(duration_minutes__in=LENGTHS_IN_MINUTES), name="consulting_sessions_length"
            ),
            models.CheckConstraint(
                condition=Q(session_type__in=SessionType.values), name="consulting_sessions_type_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["booked", "held", "cancelled", "no_show"]), name="consulting_sessions_status"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="consulting_sessions_end"),
            models.UniqueConstraint(fields=["id", "contract"], name="consulting_sessions_with_contract"),
        ]
        indexes = [
            models.Index(fields=["contract", "starts_at"], name="consulting_sessions_contract"),
            models.Index(fields=["staff", "starts_at"], name="consulting_sessions_staff"),
            models.Index(fields=["starts_at"], condition=Q(status="booked"), name="consulting_sessions_due"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """How people name this session."""
        return f"S-{self.pk:06d}"


class SessionEvent(models.Model):
    """What happened to a session: who, when, why. Append-only."""

    class Kind(models.TextChoices):
        BOOKED = "booked", _("Booked")
        MOVED = "moved", _("Moved")
        REASSIGNED = "reassigned", _("Handed to a colleague")
        PLACE = "place", _("Another place")
        ATTENDEES = "attendees", _("Other people come")
        CANCELLED = "cancelled", _("Cancelled")
        NO_SHOW = "no_show", _("No-show")
        LOGGED = "logged", _("Time logged")
        REOPENED = "reopened", _("Time reversed, booked again")
        SUMMARY = "summary", _("Summary sent")

    session = models.ForeignKey(ConsultingSession, models.PROTECT, related_name="events", verbose_name=_("session"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    reason = models.TextField(_("reason"), blank=True)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        db_table = "session_events"
        verbose_name = _("session event")
        verbose_name_plural = _("session events")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.session_id} {self.kind}"


class OverageAcceptance(models.Model):
    """What a customer admin accepted before booking: figures, rate, terms. Append-only (DOMAIN.md §7)."""

    session = models.ForeignKey(ConsultingSession, models.PROTECT, related_name="overage_acceptances")
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("accepted by")
    )
    accepted_at = models.DateTimeField(_("accepted"))
    overage_minutes = models.PositiveIntegerField(_("minutes of overage"))
    displaced_minutes = models.PositiveIntegerField(_("minutes pushed into overage"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    hourly_rate = models.DecimalField(_("hourly rate"), max_digits=10, decimal_places=2, null=True)
    terms = models.ForeignKey(TermsVersion, models.PROTECT, related_name="+", verbose_name=_("terms"))

    class Meta:
        db_table = "overage_acceptances"
        verbose_name = _("accepted overage")
        verbose_name_plural = _("accepted overage")

    def __str__(self) -> str:
        return f"{self.session_id} {self.overage_minutes} min"
