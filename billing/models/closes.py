"""The close of one or more months, with the minutes that it accounted for (DOMAIN.md §6)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Close(models.Model):
    """One close: `month` and every earlier open month went with it. Append-only.

    Every delivered minute of those months is in exactly one of included, billed, courtesy and reversed.
    `earlier_minutes` are those of the lines of months that were closed before, apart, and may be below zero.
    `sha256` is the hash of the statements' hashes, in the order of their references.
    """

    number = models.PositiveIntegerField(primary_key=True)
    month = models.DateField(_("month"), unique=True)
    closed_at = models.DateTimeField(_("closed"))
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    delivered_minutes = models.PositiveIntegerField()
    included_minutes = models.PositiveIntegerField()
    billed_minutes = models.PositiveIntegerField()
    courtesy_minutes = models.PositiveIntegerField()
    reversed_minutes = models.PositiveIntegerField()
    earlier_minutes = models.IntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        db_table = "closes"
        verbose_name = _("close")
        verbose_name_plural = _("closes")
        ordering = ["number"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(number__gte=1), name="closes_numbered_from_one"),
            models.CheckConstraint(condition=Q(month__day=1), name="closes_first_of_month"),
            models.CheckConstraint(
                condition=Q(
                    delivered_minutes=F("included_minutes")
                    + F("billed_minutes")
                    + F("courtesy_minutes")
                    + F("reversed_minutes")
                ),
                name="closes_account_for_every_minute",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
