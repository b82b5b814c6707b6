"""Handing one session, or all coming ones, to a colleague: who could take what, then all or nothing (DOMAIN.md §7)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.refusals import InvalidInput, Refusal
from customers.domain.roles import DELIVERY_ROLES, roles_of
from customers.models import Customer, User
from packages.domain.contracts import locked
from packages.models import DeliveryTeamMember
from sessions.domain.acts import staff_scope
from sessions.domain.changes import reassign_session
from sessions.domain.cover import bookable_people, may_deliver
from sessions.domain.diary_places import lock_diary
from sessions.domain.queries import sessions_visible_to
from sessions.models import ConsultingSession, DiaryEntry, TimeOff

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who could deliver a session, and whether their diary is free then."""

    person: User
    is_free: bool


@dataclass(frozen=True, slots=True)
class Handover:
    """A session to hand over; `obstacle` says in words why the colleague cannot take it, and is empty if they can."""

    session: ConsultingSession
    obstacle: str

    @property
    def is_possible(self) -> bool:
        return not self.obstacle


def colleagues_for(session: ConsultingSession, *, now: datetime) -> list[Colleague]:
    """Who else delivers for the session's contract then, the free ones first."""
    people = [
        person
        for person in bookable_people(session.contract, now=now)
        if person.pk != session.staff_id and may_deliver(person, session.contract, at=session.starts_at)
    ]
    taken = DiaryEntry.objects.filter(
        staff__in=people, starts_at__lt=session.ends_at, ends_at__gt=session.starts_at
    ).values_list("staff", flat=True)
    busy = set(taken)
    return sorted((Colleague(each, each.pk not in busy) for each in people), key=lambda each: not each.is_free)


def people_who_deliver() -> QuerySet[User]:
    """The provider's active people with a delivery role, by name: from whom, and to whom, sessions are handed."""
    return (
        User.objects.filter(is_active=True, staff_profile__roles__overlap=list(DELIVERY_ROLES))
        .select_related("staff_profile")
        .order_by("name", "pk")
    )


def coming_sessions_of(
    person: User, *, by: User, now: datetime, customer: Customer | None = None
) -> list[ConsultingSession]:
    """The coming sessions of `person` that `by` may hand over, of one customer or of all, by their start."""
    coming = sessions_visible_to(by).filter(
        staff_scope(by), staff=person, status=ConsultingSession.Status.BOOKED, starts_at__gt=now
    )
    if customer is not None:
        coming = coming.filter(contract__customer=customer)
    return list(coming.order_by("starts_at", "pk"))


def preview_handover(
    sessions: Sequence[ConsultingSession], *, to: User, joining: Collection[int] = ()
) -> list[Handover]:
    """Which of `sessions` the colleague could take: of the team, and nothing else in their diary. Changes nothing.

    :param joining: the contracts, by id, whose teams the colleague will have joined by then
    """
    if not sessions:
        return []
    start, end = min(each.starts_at for each in sessions), max(each.ends_at for each in sessions)
    near = Q(starts_at__lt=end, ends_at__gt=start)
    meetings = list(DiaryEntry.objects.filter(near, staff=to).values_list("starts_at", "ends_at"))
    teams = DeliveryTeamMember.objects.filter(staff=to, contract__in={each.contract_id for each in sessions})
    on_team = {*teams.values_list("contract", flat=True), *joining}
    covers = list(
        TimeOff.objects.filter(near, cover=to, staff__in={each.staff_id for each in sessions}).prefetch_related(
            "cover_customers"
        )
    )

    def obstacle(session: ConsultingSession) -> str:
        has_role = bool(roles_of(to) & set(session.contract.package_version.delivering_roles))
        covering = any(_covers(away, session) for away in covers)
        if not (has_role and (session.contract_id in on_team or covering)):
            return _("not on the delivery team")
        if any(since < session.ends_at and session.starts_at < until for since, until in meetings):
            return _("has a meeting at this time")
        return ""

    return [Handover(session, obstacle(session)) for session in sessions]


@transaction.atomic
def hand_over(
    *, sessions: Sequence[ConsultingSession], to: User, by: User, now: datetime, reason: str = ""
) -> list[ConsultingSession]:
    """Hand all of `sessions` to a colleague, or none of them.

    Contracts are locked in the order of their keys, then the colleague's diary.

    :raises InvalidInput: if none or too many are named
    :raises Refusal: the first that `reassign_session` gives, naming the session
    """
    if not sessions:
        raise InvalidInput(_("Choose at least one session."), field="sessions")
    if len(sessions) > MOST_AT_ONCE:
        raise InvalidInput(
            _("At most %(most)s sessions are handed over at once.") % {"most": MOST_AT_ONCE}, field="sessions"
        )
    contracts = {session.contract_id: session.contract for session in sessions}
    for key in sorted(contracts):
        locked(contracts[key])
    lock_diary(to)
    for session in sessions:
        try:
            reassign_session(session=session, to=to, by=by, now=now, reason=reason)
        except Refusal as refusal:
            refusal.message = f"{session.reference}: {refusal.message}"
            raise
    return list(sessions)


def _covers(away: TimeOff, session: ConsultingSession) -> bool:
    """Whether an absence of who delivers `session` has its cover deliver it."""
    customers = away.cover_customers.all()
    return (
        away.staff_id == session.staff_id
        and away.starts_at <= session.starts_at < away.ends_at
        and (not customers or session.contract.customer in customers)
    )
