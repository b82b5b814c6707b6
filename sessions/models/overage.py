"""A customer's cap on overage, and asking the one who may go above it (DOMAIN.md §7)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.money import CURRENCY_CHOICES
from customers.models import Customer
from packages.models import Contract
from packages.session_types import SessionType
from sessions.models.sessions import ConsultingSession


class OverageCap(models.Model):
    """How much overage a calendar month may bring before `approver` has to accept it: minutes or money.

    A customer without a row has no cap. The audit trail keeps what it was before.
    """

    customer = models.OneToOneField(Customer, models.PROTECT, primary_key=True, related_name="overage_cap")
    minutes = models.PositiveIntegerField(_("minutes a month"), null=True)
    amount = models.DecimalField(_("amount a month"), max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who accepts more")
    )

    class Meta:
        db_table = "overage_caps"
        verbose_name = _("cap on overage")
        verbose_name_plural = _("caps on overage")
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__isnull=True, amount__isnull=False) | Q(minutes__isnull=False, amount__isnull=True),
                name="overage_caps_minutes_or_amount",
            ),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gte=0), name="overage_caps_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.minutes if self.amount is None else self.amount}"


class OverageRequest(models.Model):
    """An admin asks the approver to book, or to move, what goes above the cap. Append-only; it keeps no time free."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="overage_requests")
    session = models.ForeignKey(
        ConsultingSession, models.PROTECT, null=True, related_name="overage_requests", help_text="Which is to be moved."
    )
    session_type = models.CharField(_("type"), max_length=30, choices=SessionType.choices)
    starts_at = models.DateTimeField(_("start"))
    duration_minutes = models.PositiveSmallIntegerField(_("length in minutes"))
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    attendees = models.JSONField(_("attendees"), default=list)
    message = models.TextField(_("message"), blank=True)
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))

    class Meta:
        db_table = "overage_requests"
        verbose_name = _("request for overage")
        verbose_name_plural = _("requests for overage")

    def __str__(self) -> str:
        return f"{self.contract_id} {self.starts_at:%Y-%m-%d %H:%M}"
