"""Reads of what was sold that several pages share."""

from datetime import datetime
from typing import TypeVar

from django.db.models import Case, DateField, DateTimeField, F, Func, QuerySet, TextChoices, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from core.dates import local_day
from packages.models import Contract, PackageVersion

Contracts = TypeVar("Contracts", bound="QuerySet[Contract]")


class Standing(TextChoices):
    """Where a contract stands in its term today, by the calendar of its own zone."""

    RUNNING = "running", _("Running")
    UPCOMING = "upcoming", _("Not started")
    ENDED = "ended", _("Ended")
    VOIDED = "voided", _("Voided")


def versions_on_sale() -> QuerySet[PackageVersion]:
    """The newest version of every package, in the order of the catalogue: what a contract signed today gets."""
    newest = PackageVersion.objects.order_by("package", "-version").distinct("package").values("pk")
    return PackageVersion.objects.filter(pk__in=newest).select_related("package").order_by("package__pk")


def standing_of(contract: Contract, *, now: datetime) -> Standing:
    """Where `contract` stands at `now`."""
    today = local_day(now, contract.time_zone)
    if contract.voided_at is not None:
        return Standing.VOIDED
    if today < contract.starts_on:
        return Standing.UPCOMING
    return Standing.ENDED if today > contract.ends_on else Standing.RUNNING


def rank_of_standing(*, now: datetime) -> Combinable:
    """Where a contract stands at `now` as a number, in the order of `Standing`: what a list is sorted by."""
    ranks = {standing: Value(rank) for rank, standing in enumerate(Standing)}
    return Case(
        When(voided_at__isnull=False, then=ranks[Standing.VOIDED]),
        When(starts_on__gt=_today_there(now), then=ranks[Standing.UPCOMING]),
        When(ends_on__lt=_today_there(now), then=ranks[Standing.ENDED]),
        default=ranks[Standing.RUNNING],
    )


def _today_there(now: datetime) -> Cast:
    """The date of `now` in a contract's own zone, as the database computes it."""
    return Cast(Func(F("time_zone"), Value(now), function="timezone", output_field=DateTimeField()), DateField())


def in_standing(contracts: Contracts, standing: str, *, now: datetime) -> Contracts:
    """Those of `contracts` that stand there at `now`: the same rule as `standing_of`, for whole lists."""
    if standing == Standing.VOIDED:
        return contracts.filter(voided_at__isnull=False)
    dated = contracts.filter(voided_at__isnull=True).alias(today=_today_there(now))
    match standing:
        case Standing.UPCOMING:
            return dated.filter(starts_on__gt=F("today"))
        case Standing.ENDED:
            return dated.filter(ends_on__lt=F("today"))
        case _:
            return dated.filter(starts_on__lte=F("today"), ends_on__gte=F("today"))
