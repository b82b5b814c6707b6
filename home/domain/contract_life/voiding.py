"""Voiding a contract that was typed by mistake, while nothing was logged on it (DOMAIN.md §2)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import faults
from core.audit import record
from core.refusals import InvalidInput, NotAllowed
from customers.domain.roles import Right, rights_of
from customers.models import User
from home.domain.contract_life.falling_away import FallingAway, call_off, check_nothing_begun, falling_away
from home.domain.contract_life.letters import owe_voided
from packages.domain.contracts import locked
from packages.models import Contract
from reviews.models import Review
from sessions.domain.numbers import numbers_of
from sessions.domain.refusals import MovesNotSeen
from sessions.models import LedgerEntry

VOIDS = "contract.void"


@dataclass(frozen=True, slots=True)
class VoidPreview:
    """What voiding does: meetings that are called off, minutes (whole) and reviews that are promised no more."""

    falling: FallingAway
    minutes: int
    renews: Contract | None


def preview_void(contract: Contract, *, now: datetime) -> VoidPreview:
    """What it would do to void `contract`. Changes nothing.

    :raises InvalidInput: as `void_contract`
    """
    falling = _check_voidable(contract, now=now)
    return VoidPreview(falling=falling, minutes=numbers_of(contract, now=now).available, renews=contract.renews)


@transaction.atomic
def void_contract(*, contract: Contract, reason: str, by: User, now: datetime, seen: str | None = None) -> Contract:
    """Void a contract for good: nothing is booked, logged or reminded of on it any more; its meetings are cancelled.

    :param seen: `FallingAway.mark` of what the person was shown; None where the door shows nothing
    :raises NotAllowed: if `by` does not lead operations
    :raises InvalidInput: without a reason; if it was voided before, if time was logged on it, reversed or not, if a
        review was held or a meeting waits to be recorded, or if another contract renews it
    :raises MovesNotSeen: if more would be called off than was shown
    """
    if Right.SIGN_CONTRACTS not in rights_of(by):
        raise NotAllowed(_("Contracts are voided by an operations lead."))
    reason = reason.strip()
    if not reason:
        raise InvalidInput(_("Say why: the customer reads it."), field="reason")
    contract = locked(contract)
    falling = _check_voidable(contract, now=now)
    if seen is not None and falling.mark != seen and falling:
        raise MovesNotSeen(_("More is called off than what was shown. Look at it, then do it."))
    faults.reach("after_check")
    call_off(falling, reason=reason, by=by, now=now)
    contract.voided_at, contract.voided_by = now, by
    contract.save(update_fields=["voided_at", "voided_by"])
    record(verb=VOIDS, of=[(contract, {})], by=by, now=now, reason=reason)
    owe_voided(contract, reason=reason, by=by, now=now)
    return contract


def _check_voidable(contract: Contract, *, now: datetime) -> FallingAway:
    if contract.voided_at is not None:
        raise InvalidInput(_("This contract was voided before."), field="contract")
    if LedgerEntry.objects.filter(contract=contract, kind=LedgerEntry.Kind.CONSUMPTION).exists():
        raise InvalidInput(_("Time was logged on this contract. Move its end instead."), field="contract")
    if Review.objects.filter(contract=contract, status=Review.Status.HELD).exists():
        raise InvalidInput(_("A project health check was held on it. Move its end instead."), field="contract")
    renewal = Contract.objects.filter(renews=contract, voided_at__isnull=True).first()
    if renewal is not None:
        raise InvalidInput(
            _("%(contract)s renews this contract: void that one first.") % {"contract": renewal.reference},
            field="contract",
        )
    falling = falling_away(contract, after=None, now=now)
    sentence = _("Record first what became of %(meetings)s.")
    check_nothing_begun(falling, field="contract", sentence=sentence)
    return falling
