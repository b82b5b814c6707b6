"""Business-free records: what was done by whom, and the answers that an idempotency key gives again."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """One act, kept for ever: who did what to which object, when and why. Append-only."""

    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )
    verb = models.CharField(_("act"), max_length=60)
    object_type = models.CharField(_("kind of object"), max_length=60)
    object_id = models.BigIntegerField(_("number of the object"))
    reason = models.TextField(_("reason"), blank=True)
    details = models.JSONField(_("particulars"), default=dict)

    class Meta:
        db_table = "audit_events"
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [models.Index(fields=["object_type", "object_id", "at"], name="audit_events_object")]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"


class IdempotencyKey(models.Model):
    """A key that a person sent with a POST, its fingerprint, and the answer once there is one (API.md)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    content_type = models.CharField(max_length=100)

    class Meta:
        db_table = "idempotency_keys"
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="idempotency_keys_unique"),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_keys_age")]

    def __str__(self) -> str:
        return self.key
