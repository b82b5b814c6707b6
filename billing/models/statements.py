"""Statements: one a close, selling entity, customer and currency, with a line an entry (DOMAIN.md §6)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.closes import Close
from core.money import CURRENCY_CHOICES
from customers.models import Customer, SellingEntity
from packages.models import Contract
from sessions.models import LedgerEntry

PREFIXES: dict[str, str] = {SellingEntity.OURA_HEALTH: "OH", SellingEntity.OURARING: "OR"}


class StatementCounter(models.Model):
    """The last number that a selling entity gave to a statement: locked inside the close, so none is ever left out."""

    selling_entity = models.CharField(max_length=20, choices=SellingEntity.choices, primary_key=True)
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "statement_counters"

    def __str__(self) -> str:
        return f"{self.selling_entity} {self.last_number}"


class Statement(models.Model):
    """What one close bills one customer in one currency. Append-only: its lines add up to its totals.

    `particulars` are the customer's billing details as they were at the close; `sha256` is the hash of the whole
    statement as `domain.statements.canonical` writes it.
    """

    close = models.ForeignKey(Close, models.PROTECT, related_name="statements")
    selling_entity = models.CharField(_("sold by"), max_length=20, choices=SellingEntity.choices)
    number = models.PositiveIntegerField(_("number"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="statements")
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    minutes = models.IntegerField(_("minutes"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    particulars = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)

    class Meta:
        db_table = "statements"
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["selling_entity", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["selling_entity", "number"], name="statements_numbered_once"),
            models.UniqueConstraint(
                fields=["close", "selling_entity", "customer", "currency"], name="statements_one_a_customer"
            ),
            models.UniqueConstraint(fields=["id", "close"], name="statements_with_close"),
            models.CheckConstraint(condition=Q(number__gte=1), name="statements_number_from_one"),
        ]
        indexes: ClassVar = [models.Index(fields=["customer", "close"], name="statements_customer")]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """How people name this statement: numbers without gaps a selling entity."""
        return statement_reference(self.selling_entity, self.number)

    @property
    def is_credit(self) -> bool:
        """Whether nothing is to be paid: 0 or less is a credit."""
        return self.amount <= 0


def statement_reference(selling_entity: str, number: int) -> str:
    """`OH-000123`: the selling entity's mark and the number."""
    return f"{PREFIXES[selling_entity]}-{number:06d}"


class StatementLine(models.Model):
    """What a close bills for one time entry, less what earlier closes billed for it. Append-only.

    Minutes and amount are that difference and may be below zero; `hourly_rate` is the one in force on the service
    date and may explain no amount of its own. `caused_by` is the ledger row that moved this entry's share.
    """

    class Reason(models.TextChoices):
        DELIVERED = "delivered", _("Delivered")
        LATE_ENTRY = "late_entry", _("Logged late")
        REVERSED = "reversed", _("Reversed")
        WAIVED = "waived", _("Waived")
        MOVED = "moved", _("Moved by another entry")
        RATE = "rate", _("Rate")

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines")
    close = models.ForeignKey(Close, models.PROTECT, related_name="lines")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="statement_lines")
    entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="statement_lines")
    service_date = models.DateField(_("service date"))
    minutes = models.SmallIntegerField(_("minutes"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    hourly_rate = models.DecimalField(_("hourly rate"), max_digits=10, decimal_places=2, null=True)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices)
    caused_by = models.ForeignKey(LedgerEntry, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "statement_lines"
        verbose_name = _("statement line")
        verbose_name_plural = _("statement lines")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry", "close"], name="statement_lines_once_a_close"),
            models.CheckConstraint(condition=~Q(minutes=0, amount=0), name="statement_lines_bill_something"),
            models.CheckConstraint(
                condition=Q(reason__in=["delivered", "late_entry", "reversed", "waived", "moved", "rate"]),
                name="statement_lines_reason_known",
            ),
            models.CheckConstraint(
                condition=Q(reason="moved") | Q(caused_by__isnull=True), name="statement_lines_cause_of_a_move"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["close", "service_date", "entry"], name="statement_lines_close")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.reason}"


class StatementInvoice(models.Model):
    """Finance's mark that a statement was invoiced: under which number of the books, on which day.

    Append-only, the last one counts: a correction is a row of its own, and what it corrects stays.
    """

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="invoices")
    reference = models.CharField(_("invoice number"), max_length=60)
    invoiced_on = models.DateField(_("date of the invoice"))
    marked_at = models.DateTimeField(_("marked"))
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        db_table = "statement_invoices"
        verbose_name = _("invoice of a statement")
        verbose_name_plural = _("invoices of statements")
        ordering = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reference=""), name="statement_invoices_reference")
        ]

    def __str__(self) -> str:
        return self.reference
