"""Telling a customer's admins that a meeting will cost more an hour than they accepted (DOMAIN.md §5)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy, ngettext

from core.dates import local_day, start_of_day
from customers.models import Membership, User
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.domain.outbox import Owed, owe_all
from notifications.models import Message
from packages.domain.rates import RateBook
from packages.models import Contract, RateLine
from sessions.models import ConsultingSession, OverageAcceptance

RATE_RAISED = "rate_raised"
_STANDING = (ConsultingSession.Status.BOOKED, ConsultingSession.Status.HELD)


@dataclass(frozen=True, slots=True)
class DearerSession:
    """A session whose hourly rate is higher than the one that was accepted when it was booked."""

    session: ConsultingSession
    contract: Contract
    accepted_rate: Decimal
    hourly_rate: Decimal


def register_kinds() -> None:
    """Make this mail known to the outbox; called once by the app's configuration."""
    register(Kind(code=RATE_RAISED, label=gettext_lazy("Rates: higher than accepted"), compose=_write))


def announce_higher_rate(line: RateLine, *, now: datetime) -> None:
    """Owe the admins of every customer whom `line`, which was just written, makes pay more than they accepted."""
    dearer: dict[int, list[DearerSession]] = defaultdict(list)
    for each in _made_dearer_by(line):
        dearer[each.contract.customer_id].append(each)
    admins = Membership.objects.filter(
        customer__in=list(dearer), kind=Membership.Kind.ADMIN, until__isnull=True, user__is_active=True
    ).select_related("user")
    owe_all(
        [
            Owed(
                kind=RATE_RAISED,
                key=f"{RATE_RAISED}:{line.pk}:{admin.customer_id}",
                to=admin.user,
                facts={"sessions": [each.session.pk for each in dearer[admin.customer_id]]},
                due_at=now,
                subject_id=line.pk,
            )
            for admin in admins
        ],
        now=now,
    )


def _made_dearer_by(line: RateLine) -> list[DearerSession]:
    """The sessions whose rate `line` changes to one above the accepted one."""
    concerned = Q(contract=line.contract_id) if line.contract_id else Q(contract__currency=line.currency)
    # A day of slack for zones east of UTC: the contract's calendar decides below.
    earliest = start_of_day(line.valid_from, "UTC") - timedelta(days=1)
    sessions = ConsultingSession.objects.filter(concerned, starts_at__gte=earliest)
    dearer = _dearer(sessions)
    before = RateBook.of_lines(
        RateLine.objects.filter(Q(contract__isnull=True) | Q(contract__in=[each.contract.pk for each in dearer]))
        .filter(currency=line.currency)
        .exclude(pk=line.pk)
        .order_by("valid_from")
    )
    return [
        each
        for each in dearer
        if before.rate_on(each.contract, local_day(each.session.starts_at, each.contract.time_zone)) != each.hourly_rate
    ]


def _dearer(sessions: Iterable[ConsultingSession]) -> list[DearerSession]:
    """Those of `sessions` that stand and whose rate of today's rate card is above the one accepted last."""
    accepted = {
        acceptance.session_id: acceptance
        for acceptance in OverageAcceptance.objects.filter(
            session__in=sessions, session__status__in=_STANDING, hourly_rate__isnull=False
        )
        .select_related("session__contract__customer")
        .order_by("accepted_at", "pk")
    }
    found = sorted(accepted.values(), key=lambda each: (each.session.starts_at, each.session.pk))
    rates = RateBook.load(acceptance.session.contract for acceptance in found)
    dearer: list[DearerSession] = []
    for acceptance in found:
        session, contract = acceptance.session, acceptance.session.contract
        hourly_rate = rates.rate_on(contract, local_day(session.starts_at, contract.time_zone))
        assert acceptance.hourly_rate is not None
        if hourly_rate is not None and hourly_rate > acceptance.hourly_rate:
            dearer.append(DearerSession(session, contract, acceptance.hourly_rate, hourly_rate))
    return dearer


def _write(message: Message, now: datetime) -> Letter | None:
    """The letter, about the sessions that still stand and still cost more; None where there is none left."""
    dearer = _dearer(ConsultingSession.objects.filter(pk__in=message.facts["sessions"]))
    if not dearer or not _is_admin(message.recipient, dearer[0].contract):
        return None
    count = len(dearer)
    return Letter(
        subject=ngettext(
            "A higher hourly rate for a session that you booked",
            "A higher hourly rate for sessions that you booked",
            count,
        ),
        template="rate_raised",
        context={
            "dearer": dearer,
            "customer": dearer[0].contract.customer,
            "session_url": absolute_url("sessions:detail", dearer[0].session.pk) if count == 1 else "",
            "sessions_url": absolute_url("sessions:list"),
        },
    )


def _is_admin(person: User | None, contract: Contract) -> bool:
    return Membership.objects.filter(
        user=person, customer=contract.customer_id, kind=Membership.Kind.ADMIN, until__isnull=True
    ).exists()
