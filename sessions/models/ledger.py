"""The hours ledger: append-only rows, the derived shares beside them, and waivers (DOMAIN.md §4)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from packages.models import Contract
from packages.session_types import SessionType
from sessions.models.sessions import ConsultingSession

_CONSUMPTION_FILLED = Q(
    session_type__isnull=False, staff__isnull=False, started_at__isnull=False, service_date__isnull=False
)
_CONSUMPTION_EMPTY = Q(
    session_type__isnull=True,
    staff__isnull=True,
    started_at__isnull=True,
    service_date__isnull=True,
    session__isnull=True,
    note="",
    internal_note="",
)


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    def time_entries(self) -> "LedgerEntryQuerySet":
        """The consumptions: minutes that staff delivered and logged."""
        return self.filter(kind=LedgerEntry.Kind.CONSUMPTION)

    def unreversed(self) -> "LedgerEntryQuerySet":
        return self.filter(reversed_by__isnull=True)


class LedgerEntry(models.Model):
    """One row of the ledger. Never changed, never deleted, by anybody.

    `minutes`: granted (grant, adjustment), delivered (consumption), or minus those of the reversed row (reversal).
    `service_date` is the date of `started_at` in the contract's zone, which never changes.
    """

    class Kind(models.TextChoices):
        GRANT = "grant", _("Grant")
        ADJUSTMENT = "adjustment", _("Adjustment")
        CONSUMPTION = "consumption", _("Time entry")
        REVERSAL = "reversal", _("Reversal")

    class Basis(models.TextChoices):
        """Why a time entry exists: most are delivered; a late cancellation or a no-show may be logged (§7)."""

        DELIVERED = "delivered", _("Delivered")
        LATE_CANCELLATION = "late_cancellation", _("Late cancellation")
        NO_SHOW = "no_show", _("No-show")

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="ledger", verbose_name=_("contract"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    minutes = models.IntegerField(_("minutes"))
    session_type = models.CharField(_("type"), max_length=30, choices=SessionType.choices, null=True)  # noqa: DJ001
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="time_entries",
        verbose_name=_("staff member"),
    )
    started_at = models.DateTimeField(_("start"), null=True)
    service_date = models.DateField(_("service date"), null=True)
    session = models.ForeignKey(
        ConsultingSession, models.PROTECT, null=True, related_name="time_entries", verbose_name=_("session")
    )
    basis = models.CharField(_("basis"), max_length=20, choices=Basis.choices, default=Basis.DELIVERED)
    note = models.TextField(_("note"), blank=True)
    internal_note = models.TextField(_("internal note"), blank=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversed_by", verbose_name=_("reverses")
    )
    reason = models.TextField(_("reason"), blank=True)
    created_at = models.DateTimeField(_("typed"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("typed by")
    )
    known_in_close = models.PositiveIntegerField(_("known to close"))

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        db_table = "ledger_entries"
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="ledger_entries_shape",
                condition=(
                    (Q(kind="grant", minutes__gte=0, reverses__isnull=True) & _CONSUMPTION_EMPTY)
                    | (Q(kind="adjustment", minutes__gte=1, reverses__isnull=True) & ~Q(reason="") & _CONSUMPTION_EMPTY)
                    | (Q(kind="consumption", minutes__range=(1, 60), reverses__isnull=True) & _CONSUMPTION_FILLED)
                    | (Q(kind="reversal", minutes__lt=0, reverses__isnull=False) & ~Q(reason="") & _CONSUMPTION_EMPTY)
                ),
            ),
            models.CheckConstraint(
                condition=Q(session_type__isnull=True) | Q(session_type__in=SessionType.values),
                name="ledger_entries_type_known",
            ),
            models.UniqueConstraint(fields=["contract"], condition=Q(kind="grant"), name="ledger_entries_one_grant"),
            models.UniqueConstraint(fields=["id", "contract"], name="ledger_entries_with_contract"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["contract", "started_at", "id"], name="ledger_entries_contract"),
            models.Index(fields=["service_date"], condition=Q(kind="consumption"), name="ledger_entries_month"),
            models.Index(
                F("started_at").desc(nulls_last=True),
                F("id").desc(),
                condition=Q(kind="consumption"),
                name="ledger_entries_newest",
            ),
            models.Index(fields=["staff", "started_at"], condition=Q(kind="consumption"), name="ledger_entries_staff"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class EntryShare(models.Model):
    """What one time entry draws, derived by `domain.allocation` and rewritten with every change of its contract.

    `staff` and `started_at` repeat the entry's, so that the database refuses the same entry twice among unreversed
    ones. A reversed entry draws nothing.
    """

    entry = models.OneToOneField(LedgerEntry, models.PROTECT, primary_key=True, related_name="share")
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="shares", verbose_name=_("contract"))
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("staff member")
    )
    started_at = models.DateTimeField(_("start"))
    included_minutes = models.PositiveSmallIntegerField(_("included minutes"))
    overage_minutes = models.PositiveSmallIntegerField(_("minutes of overage"))
    is_reversed = models.BooleanField(_("reversed"), default=False)

    class Meta:
        db_table = "entry_shares"
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "staff", "started_at"],
                condition=Q(is_reversed=False),
                name="entry_shares_logged_once",
            ),
            models.CheckConstraint(
                condition=Q(is_reversed=False) | Q(included_minutes=0, overage_minutes=0),
                name="entry_shares_reversed_draws_nothing",
            ),
            models.CheckConstraint(
                condition=Q(is_reversed=True) | Q(included_minutes__gt=0) | Q(overage_minutes__gt=0),
                name="entry_shares_draws_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.included_minutes}/{self.overage_minutes}"


class Waiver(models.Model):
    """A proposal not to bill an entry's overage. Append-only; its decision is a row of its own."""

    entry = models.OneToOneField(LedgerEntry, models.PROTECT, related_name="waiver", verbose_name=_("ledger entry"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed"))
    reason = models.TextField(_("reason"))

    class Meta:
        db_table = "waivers"
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(reason=""), name="waivers_reason")]

    def __str__(self) -> str:
        return f"waiver of {self.entry_id}"


class WaiverDecision(models.Model):
    """An operations lead confirmed or refused a waiver: final. Append-only."""

    waiver = models.OneToOneField(Waiver, models.PROTECT, related_name="decision")
    confirmed = models.BooleanField(_("confirmed"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"))
    reason = models.TextField(_("reason"), blank=True)
    known_in_close = models.PositiveIntegerField(_("known to close"))

    class Meta:
        db_table = "waiver_decisions"
        verbose_name = _("decision on a waiver")
        verbose_name_plural = _("decisions on waivers")

    def __str__(self) -> str:
        return f"{'confirmed' if self.confirmed else 'refused'} {self.waiver_id}"
