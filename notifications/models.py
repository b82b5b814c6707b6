"""Mail that is owed: rows written in the transaction of the fact, sent by workers (DOMAIN.md §11)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
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


HOURS = [MinValueValidator(1), MaxValueValidator(336)]
DAYS = [MinValueValidator(1), MaxValueValidator(366)]


def unused_minutes_days() -> list[int]:
    """The days before the end of a window of minutes, until somebody changes them."""
    return [30, 14, 7, 1]


def contract_end_days() -> list[int]:
    """The days before the end of a contract, until somebody changes them."""
    return [60, 30, 7]


def _all_are_days(field: str) -> Q:
    """At least one number, and each of them from 1 to 366."""

    def all_of(comparison: str) -> Q:
        template = f"{comparison} ALL (%(expressions)s)"
        return Q(Func(F(field), template=template, output_field=models.BooleanField()))

    return Q(**{f"{field}__len__gte": 1}) & all_of("1 <=") & all_of("366 >=")


class ReminderPolicy(models.Model):
    """When reminders go: the moments that an operations lead can change. One row (DOMAIN.md, head; §11)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    session_first_hours = models.PositiveSmallIntegerField(
        _("session: first reminder, hours before"), default=24, validators=HOURS
    )
    session_last_hours = models.PositiveSmallIntegerField(
        _("session: last reminder, hours before"), default=1, validators=HOURS
    )
    not_logged_hours = models.PositiveSmallIntegerField(
        _("session not logged: hours after its end"), default=24, validators=HOURS
    )
    review_unplanned_days = models.PositiveSmallIntegerField(
        _("health check not planned: days before its window ends"), default=14, validators=DAYS
    )
    review_first_days = models.PositiveSmallIntegerField(
        _("health check: first reminder, days before"), default=7, validators=DAYS
    )
    review_last_hours = models.PositiveSmallIntegerField(
        _("health check: last reminder, hours before"), default=24, validators=HOURS
    )
    action_item_days = models.PositiveSmallIntegerField(
        _("action item: days before its day"), default=3, validators=DAYS
    )
    unused_minutes_days = ArrayField(
        models.PositiveSmallIntegerField(),
        size=10,
        default=unused_minutes_days,
        verbose_name=_("unused minutes: days before their window ends"),
        help_text=_("Numbers with commas between them, such as 30, 14, 7, 1."),
    )
    contract_end_days = ArrayField(
        models.PositiveSmallIntegerField(),
        size=10,
        default=contract_end_days,
        verbose_name=_("contract: days before it ends"),
        help_text=_("Numbers with commas between them, such as 30, 14, 7, 1."),
    )

    class Meta:
        db_table = "reminder_policy"
        verbose_name = _("reminder policy")
        verbose_name_plural = _("reminder policy")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="reminder_policy_one_row"),
            models.CheckConstraint(
                condition=Q(session_last_hours__gte=1, session_first_hours__gt=F("session_last_hours")),
                name="reminder_policy_session_order",
                violation_error_message=_("The first reminder of a session goes out before the last one."),
            ),
            models.CheckConstraint(
                condition=Q(review_last_hours__gte=1, review_last_hours__lte=F("review_first_days") * 24 - 24),
                name="reminder_policy_review_order",
                violation_error_message=_(
                    "The first reminder of a health check goes out a day or more before the last one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(not_logged_hours__gte=1, review_unplanned_days__gte=1, action_item_days__gte=1),
                name="reminder_policy_positive",
            ),
            models.CheckConstraint(
                condition=_all_are_days("unused_minutes_days"),
                name="reminder_policy_unused_minutes",
                violation_error_message=_("Days before an end are numbers from 1 to 366."),
            ),
            models.CheckConstraint(
                condition=_all_are_days("contract_end_days"),
                name="reminder_policy_contract_end",
                violation_error_message=_("Days before an end are numbers from 1 to 366."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("reminder policy"))
