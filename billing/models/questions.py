"""A customer's question about what is billed for a time entry, what was said about it, and how it ended (§6, §12)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.statements import StatementLine
from sessions.models import LedgerEntry, Waiver


class LineQuestion(models.Model):
    """A customer admin doubts a time entry: `line` is what they saw on a statement, none before the close.

    What was asked never changes. A question is open until it is upheld, which names the correction that followed, or
    rejected with a reason; then nothing of it changes any more.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        UPHELD = "upheld", _("Upheld")
        REJECTED = "rejected", _("Rejected")

    entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="questions")
    line = models.ForeignKey(StatementLine, models.PROTECT, null=True, related_name="questions")
    words = models.TextField(_("question"))
    minutes = models.PositiveSmallIntegerField(_("minutes that the customer thinks right"), null=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.OPEN)
    reason = models.TextField(_("answer"), blank=True)
    correction = models.ForeignKey(
        LedgerEntry, models.PROTECT, null=True, related_name="+", help_text="A reversal or an adjustment."
    )
    waiver = models.ForeignKey(Waiver, models.PROTECT, null=True, related_name="+")
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(_("settled"), null=True)

    class Meta:
        db_table = "line_questions"
        verbose_name = _("question about a line")
        verbose_name_plural = _("questions about lines")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry"], condition=Q(status="open"), name="line_questions_one_open"),
            models.CheckConstraint(condition=~Q(words=""), name="line_questions_words"),
            models.CheckConstraint(
                condition=Q(
                    status="open",
                    settled_by__isnull=True,
                    settled_at__isnull=True,
                    correction__isnull=True,
                    waiver__isnull=True,
                )
                | Q(
                    status="rejected",
                    settled_by__isnull=False,
                    settled_at__isnull=False,
                    correction__isnull=True,
                    waiver__isnull=True,
                )
                & ~Q(reason="")
                | Q(status="upheld", settled_by__isnull=False, settled_at__isnull=False)
                & (Q(correction__isnull=False, waiver__isnull=True) | Q(correction__isnull=True, waiver__isnull=False)),
                name="line_questions_settled_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.status}"

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN


class QuestionMessage(models.Model):
    """One short message of the conversation about a question. Append-only."""

    question = models.ForeignKey(LineQuestion, models.PROTECT, related_name="messages")
    words = models.TextField(_("message"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(_("written"))

    class Meta:
        db_table = "question_messages"
        verbose_name = _("message about a question")
        verbose_name_plural = _("messages about questions")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(words=""), name="question_messages_words")]

    def __str__(self) -> str:
        return f"{self.question_id} {self.written_at:%Y-%m-%d %H:%M}"
