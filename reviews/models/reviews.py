"""Reviews: their windows, meetings, who takes part and what happened (DOMAIN.md §8)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from packages.models import Contract
from packages.session_types import LENGTHS_IN_MINUTES, SessionType
from sessions.models import DiaryEntry


class Side(models.TextChoices):
    """Either side of a contract."""

    CUSTOMER = "customer", _("the customer")
    OURA = "oura", _("Oura")


class Review(models.Model):
    """One project health check of a contract.

    The window is the whole one that the package foresees, in dates of the contract's zone: it never changes. What the
    term makes of it, and whether the review was missed, is derived (docs/adr/0019).
    """

    class Status(models.TextChoices):
        DUE = "due", _("Due")
        PLANNED = "planned", _("Planned")
        HELD = "held", _("Held")

    class Subject(models.TextChoices):
        """The project in general, or one of the topics of sessions."""

        PROGRESS = "progress", _("Progress of the project")
        KICKOFF = SessionType.KICKOFF.value, SessionType.KICKOFF.label
        OPERATIONS = SessionType.OPERATIONS.value, SessionType.OPERATIONS.label
        SOFTWARE_TRAINING = SessionType.SOFTWARE_TRAINING.value, SessionType.SOFTWARE_TRAINING.label

    class ProjectStatus(models.TextChoices):
        ON_TRACK = "on_track", _("On track")
        AT_RISK = "at_risk", _("At risk")
        OFF_TRACK = "off_track", _("Off track")

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="reviews", verbose_name=_("contract"))
    number = models.PositiveSmallIntegerField(_("number"))
    window_starts_on = models.DateField(_("first day of the window"))
    window_ends_on = models.DateField(_("last day of the window"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DUE)
    subject = models.CharField(_("subject"), max_length=30, choices=Subject.choices, default=Subject.PROGRESS)
    starts_at = models.DateTimeField(_("start"), null=True, blank=True)
    ends_at = models.DateTimeField(_("end"), null=True, blank=True)
    duration_minutes = models.PositiveSmallIntegerField(_("length in minutes"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=300, blank=True)
    sequence = models.PositiveIntegerField(default=0, help_text="Grows with every change: iCalendar SEQUENCE.")
    notes = models.TextField(_("notes"), blank=True)
    project_status = models.CharField(_("project status"), max_length=10, choices=ProjectStatus.choices, blank=True)
    missed_by = models.CharField(_("missed by"), max_length=10, choices=Side.choices, blank=True)

    class Meta:
        db_table = "reviews"
        verbose_name = _("project health check")
        verbose_name_plural = _("project health checks")
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="reviews_once"),
            models.CheckConstraint(
                condition=Q(window_ends_on__gte=F("window_starts_on")), name="reviews_window_end_after_start"
            ),
            models.CheckConstraint(condition=Q(status__in=["due", "planned", "held"]), name="reviews_status"),
            models.CheckConstraint(
                condition=Q(status="due", starts_at__isnull=True, ends_at__isnull=True, duration_minutes__isnull=True)
                | Q(
                    status__in=["planned", "held"],
                    starts_at__isnull=False,
                    ends_at__gt=F("starts_at"),
                    duration_minutes__in=LENGTHS_IN_MINUTES,
                ),
                name="reviews_meeting_while_planned",
            ),
            models.CheckConstraint(
                condition=Q(status="held", project_status__in=["on_track", "at_risk", "off_track"])
                | (~Q(status="held") & Q(project_status="")),
                name="reviews_held_with_project_status",
            ),
        ]
        indexes = [
            models.Index(fields=["window_starts_on"], condition=~Q(status="held"), name="reviews_open"),
            models.Index(fields=["starts_at"], condition=Q(status="planned"), name="reviews_coming"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """How people name this review."""
        return f"R-{self.pk:05d}"


class ReviewStaff(models.Model):
    """Who of the provider's people takes part, with the place that it has in their diary."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="staff")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews")
    diary_entry = models.OneToOneField(DiaryEntry, models.PROTECT, related_name="review_staff")

    class Meta:
        db_table = "review_staff"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["review", "person"], name="review_staff_once")]

    def __str__(self) -> str:
        return f"{self.person} · {self.review_id}"


class ReviewAttendee(models.Model):
    """Someone of the customer's side at a review: a member, or a guest by name and e-mail address."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="attendees")
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail address"), max_length=254)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="review_attendances")

    class Meta:
        db_table = "review_attendees"
        verbose_name = _("attendee")
        verbose_name_plural = _("attendees")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["review", "email"], name="review_attendees_once")]

    def __str__(self) -> str:
        return self.name


class ReviewEvent(models.Model):
    """What happened to a review: who, when, why. Append-only; customers read it, so nothing internal stands here."""

    class Kind(models.TextChoices):
        PLANNED = "planned", _("Planned")
        MOVED = "moved", _("Moved")
        CANCELLED = "cancelled", _("Cancelled")
        HELD = "held", _("Held")
        NOT_HELD = "not_held", _("Did not take place")
        CORRECTED = "corrected", _("Record corrected")
        SIDE = "side", _("Whose side missed it")

    review = models.ForeignKey(Review, models.PROTECT, related_name="events", verbose_name=_("review"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    reason = models.TextField(_("reason"), blank=True)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        db_table = "review_events"
        verbose_name = _("review event")
        verbose_name_plural = _("review events")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.review_id} {self.kind}"
