"""Mail that is owed: rows written in the transaction of the fact, sent by workers (DOMAIN.md §11)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """One mail to one person about one thing at one moment. `key` makes it impossible to owe it twice."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        CLAIMED = "claimed", _("Being prepared")
        SENDING = "sending", _("Handed to the mail server")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Unknown")
        WITHDRAWN = "withdrawn", _("No longer wanted")

    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recipient_name = models.CharField(max_length=150)
    recipient_email = models.EmailField(max_length=254)
    language = models.CharField(max_length=5)
    time_zone = models.CharField(max_length=64)
    subject_id = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    state_since = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=100, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        db_table = "messages"
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["key", "recipient_email"], name="messages_never_twice"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "claimed", "sending", "sent", "failed", "unknown", "withdrawn"]),
                name="messages_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(state__in=["pending", "claimed", "sending"]),
                name="messages_open",
            ),
            models.Index(fields=["-due_at", "-id"], name="messages_latest"),
            models.Index(
                fields=["state_since"], condition=Q(state__in=["failed", "unknown"]), name="messages_in_doubt"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient_email}"


class MutedKind(models.Model):
    """A kind of mail that a person has switched off for themselves."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="muted_kinds")
    kind = models.CharField(max_length=60)
    since = models.DateTimeField()

    class Meta:
        db_table = "muted_kinds"
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="muted_kinds_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"


class ScanRun(models.Model):
    """How a scan for due reminders went the last time: what readiness tells of."""

    code = models.CharField(max_length=60, primary_key=True)
    finished_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        db_table = "scan_runs"

    def __str__(self) -> str:
        return self.code
