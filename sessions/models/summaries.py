"""What staff write down after a session, version by version (DOMAIN.md §3)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from sessions.models.sessions import ConsultingSession


class SessionSummary(models.Model):
    """One version of what a session covered. Written until it is sent; a correction is the next version."""

    session = models.ForeignKey(ConsultingSession, models.PROTECT, related_name="summaries", verbose_name=_("session"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    covered = models.TextField(_("what was covered"))
    next_steps = models.TextField(_("next steps"), blank=True)
    materials = models.JSONField(_("materials"), default=list, help_text=_("A name and a link each."))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written"))
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        db_table = "session_summaries"
        verbose_name = _("summary of a session")
        verbose_name_plural = _("summaries of sessions")
        ordering = ["session", "version"]
        constraints = [
            models.UniqueConstraint(fields=["session", "version"], name="session_summaries_version_once"),
            models.UniqueConstraint(
                fields=["session"], condition=models.Q(sent_at__isnull=True), name="session_summaries_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.version}"
