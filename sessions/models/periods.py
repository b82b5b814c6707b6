"""Closed months and the number of the close that closed them (DOMAIN.md §6)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class BillingPeriod(models.Model):
    """A closed calendar month: a month without a row is open. Append-only, so closed is for ever."""

    month = models.DateField(_("month"), unique=True)
    close_number = models.PositiveIntegerField(_("number of the close"))
    closed_at = models.DateTimeField(_("closed"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("closed by")
    )

    class Meta:
        db_table = "billing_periods"
        verbose_name = _("billing period")
        verbose_name_plural = _("billing periods")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(month__day=1), name="billing_periods_first_of_month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
