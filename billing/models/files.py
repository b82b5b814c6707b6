"""The files of a closed month and its statements: owed with the close, rendered once, the same bytes for ever (§6)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.closes import Close
from billing.models.statements import Statement


class BillingFile(models.Model):
    """One file of a close, or with `statement` of that statement. Nothing of it changes once it is rendered.

    `language` is that of its heads and words, empty where it has none. While a worker writes it, `rows_done` of
    `rows_total` lines are written. `stored_as` is its name in the storage (`core.private_files`).
    """

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"
        JSON = "json", "JSON"
        PDF = "pdf", "PDF"

    close = models.ForeignKey(Close, models.PROTECT, related_name="files")
    statement = models.ForeignKey(Statement, models.PROTECT, null=True, related_name="files")
    format = models.CharField(_("format"), max_length=4, choices=Format.choices)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, blank=True)
    rows_total = models.PositiveIntegerField()
    rows_done = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    error = models.TextField(blank=True)
    rendered_at = models.DateTimeField(_("rendered"), null=True)
    stored_as = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("size"), null=True)

    class Meta:
        db_table = "billing_files"
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["close", "statement", "format", "language"], name="billing_files_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(format__in=["csv", "xlsx", "json"]) | Q(format="pdf", statement__isnull=False),
                name="billing_files_format_known",
            ),
            models.CheckConstraint(
                condition=Q(rendered_at__isnull=True, sha256="", stored_as="", size__isnull=True)
                | (Q(rendered_at__isnull=False, size__isnull=False) & ~Q(sha256="") & ~Q(stored_as="")),
                name="billing_files_rendered_whole",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at", "id"], condition=Q(rendered_at__isnull=True), name="billing_files_owed"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_rendered(self) -> bool:
        return self.rendered_at is not None

    @property
    def file_name(self) -> str:
        """`overage-2026-02.csv`, or of a statement `OH-000001.pdf`; comes with its close and statement."""
        if self.statement is not None:
            return f"{self.statement.reference}.{self.format}"
        return f"overage-{self.close.month:%Y-%m}.{self.format}"
