"""What was imported from a CRM: each run, and which contract came under which of the CRM's ids."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from packages.models import Contract


class ImportRun(models.Model):
    """A file of customers and contracts: who brought it, what was wrong or planned, and how its writing ended.

    The file itself is kept until it is written or discarded, no longer: it holds people's names and addresses.
    """

    class State(models.TextChoices):
        FAULTY = "faulty", _("Has faults")
        READY = "ready", _("Ready to start")
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        INTERRUPTED = "interrupted", _("Did not finish")
        DISCARDED = "discarded", _("Discarded")

    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    state = models.CharField(_("state"), max_length=12, choices=State.choices)
    summary = models.JSONField(default=dict)
    """How the file was read, and what is or was to be written, in numbers (`runs.Summary`)."""
    faults = models.JSONField(default=list)
    fault_count = models.PositiveIntegerField(default=0)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "import_runs"
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering: ClassVar = ["-uploaded_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["faulty", "ready", "waiting", "running", "done", "interrupted", "discarded"],
                ),
                name="import_runs_state_known",
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True, started_by__isnull=True)
                | Q(started_at__isnull=False, started_by__isnull=False),
                name="import_runs_started_at_with_by",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["started_at"], condition=Q(state__in=["waiting", "running"]), name="import_runs_open"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def ended_at(self) -> datetime:
        """When the last thing happened to it that is kept."""
        return self.finished_at or self.started_at or self.uploaded_at


class ImportedContract(models.Model):
    """The CRM's own id of a contract: the same row again is known by it, and signs nothing twice. Append-only."""

    reference = models.CharField(_("CRM reference"), max_length=100, unique=True)
    contract = models.OneToOneField(Contract, models.PROTECT, related_name="imported")
    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="contracts")
    signed_here = models.BooleanField()
    """Whether the run signed the contract; else it was here already and only got its reference."""

    class Meta:
        db_table = "imported_contracts"

    def __str__(self) -> str:
        return self.reference
