"""Who may do what to a session, and when: one table for pages, mail, API and rules alike (DOMAIN.md §7, §12)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.refusals import InvalidInput, NotAllowed, Refusal
from customers.domain.queries import lead_of
from customers.domain.roles import delivers, is_admin_of, roles_of
from customers.models import Role, User
from packages.domain.contracts import is_on_team, may_log_on
from packages.models import Contract, DeliveryTeamMember
from sessions.domain.availability import policy
from sessions.domain.cover import who_answers_for
from sessions.domain.refusals import InTheFuture, TooLate, WrongState
from sessions.models import BookingPolicy, ConsultingSession

Status = ConsultingSession.Status


class Act(StrEnum):
    """What can be done to a session."""

    MOVE = "move"
    REASSIGN = "reassign"
    CHANGE_PLACE = "change_place"
    CHANGE_ATTENDEES = "change_attendees"
    CANCEL = "cancel"
    NO_SHOW = "no_show"
    LOG = "log"
    SUMMARISE = "summarise"


class Standing(StrEnum):
    """What somebody is to a session's contract."""

    ADMIN = "admin"
    DELIVERY = "delivery"
    LOGS_TIME = "logs_time"


WHO: dict[Act, frozenset[Standing]] = {
    Act.MOVE: frozenset({Standing.ADMIN, Standing.DELIVERY}),
    Act.REASSIGN: frozenset({Standing.DELIVERY}),
    Act.CHANGE_PLACE: frozenset({Standing.DELIVERY}),
    Act.CHANGE_ATTENDEES: frozenset({Standing.ADMIN, Standing.DELIVERY}),
    Act.CANCEL: frozenset({Standing.ADMIN, Standing.DELIVERY}),
    Act.NO_SHOW: frozenset({Standing.DELIVERY}),
    Act.LOG: frozenset({Standing.LOGS_TIME}),
    Act.SUMMARISE: frozenset({Standing.DELIVERY}),
}
STATES: dict[Act, frozenset[str]] = {
    Act.MOVE: frozenset({Status.BOOKED}),
    Act.REASSIGN: frozenset({Status.BOOKED}),
    Act.CHANGE_PLACE: frozenset({Status.BOOKED}),
    Act.CHANGE_ATTENDEES: frozenset({Status.BOOKED}),
    Act.CANCEL: frozenset({Status.BOOKED}),
    Act.NO_SHOW: frozenset({Status.BOOKED}),
    Act.LOG: frozenset(Status.values),
    Act.SUMMARISE: frozenset({Status.BOOKED, Status.HELD}),
}
_WHO_DOES: dict[Act, Promise] = {
    Act.MOVE: gettext_lazy("Sessions are moved by a customer admin or by the delivery team."),
    Act.REASSIGN: gettext_lazy("Sessions are handed to a colleague by the delivery team."),
    Act.CHANGE_PLACE: gettext_lazy("The place of a session is changed by the delivery team."),
    Act.CHANGE_ATTENDEES: gettext_lazy("Who comes is changed by a customer admin or by the delivery team."),
    Act.CANCEL: gettext_lazy("Sessions are cancelled by a customer admin or by the delivery team."),
    Act.NO_SHOW: gettext_lazy("A no-show is recorded by the delivery team."),
    Act.LOG: gettext_lazy("Time is logged by staff who deliver this package to this customer."),
    Act.SUMMARISE: gettext_lazy("The summary is written by the delivery team."),
}


@dataclass(frozen=True, slots=True)
class _Case:
    """Somebody asks to do something to a session: what the table's conditions look at."""

    session: ConsultingSession
    standings: frozenset[Standing]
    rules: BookingPolicy
    now: datetime

    @property
    def by_staff(self) -> bool:
        return Standing.DELIVERY in self.standings


def acts_open_to(
    person: User, session: ConsultingSession, *, now: datetime, rules: BookingPolicy | None = None
) -> frozenset[Act]:
    """What `person` may do to `session` now: what pages and mail offer. `session` as `sessions_visible_to` reads it.

    :param rules: the numbers of booking, where they are at hand
    """
    case = _Case(session, standings_of(person, session.contract), rules or policy(), now)
    return frozenset(act for act in Act if _why_not(act, case) is None)


def check_act(act: Act, *, session: ConsultingSession, by: User, now: datetime) -> None:
    """Refuse what `by` may not do to `session` as it stands; the caller holds the contract's lock.

    :raises NotAllowed: if the act is not theirs
    :raises WrongState: if the session's state does not allow it
    :raises TooLate: if a customer moves inside the cut-off, or cancels after the start
    :raises InvalidInput, InTheFuture: if a no-show or time comes before the start, or time for what was off in time
    """
    refusal = _why_not(act, _Case(session, standings_of(by, session.contract), policy(), now))
    if isinstance(refusal, TooLate):
        refusal.facts["call"] = whom_to_call(session.contract, now=now)
    if refusal is not None:
        raise refusal


def standings_of(person: User, contract: Contract) -> frozenset[Standing]:
    """What `person` is to `contract`: nothing for who only attends."""
    standings = set()
    if is_admin_of(person, contract.customer_id):
        standings.add(Standing.ADMIN)
    if acts_as_staff(person, contract):
        standings.add(Standing.DELIVERY)
    if roles_of(person) and may_log_on(person, contract):
        standings.add(Standing.LOGS_TIME)
    return frozenset(standings)


def acts_as_staff(person: User, contract: Contract) -> bool:
    """Whether the diary alone binds `person` on this contract: its delivery team, and operations (DOMAIN.md §7)."""
    return Role.OPERATIONS in roles_of(person) or (delivers(person) and is_on_team(person, contract))


def staff_scope(person: User) -> Q:
    """The condition "a session on which the diary alone binds `person`": `acts_as_staff`, for many at once."""
    if Role.OPERATIONS in roles_of(person):
        return Q(pk__isnull=False)
    if not delivers(person):
        return Q(pk__isnull=True)
    return Q(contract__in=DeliveryTeamMember.objects.filter(staff=person).values("contract"))


def cutoff_of(session: ConsultingSession, *, rules: BookingPolicy | None = None) -> datetime:
    """Until when a customer may move the session, and cancel it without any effect."""
    return session.starts_at - timedelta(hours=(rules or policy()).change_cutoff_hours)


def is_late(session: ConsultingSession, *, now: datetime, rules: BookingPolicy | None = None) -> bool:
    """Whether a customer's change would come inside the cut-off before the start."""
    return now > cutoff_of(session, rules=rules)


def was_cancelled_late(session: ConsultingSession) -> bool:
    """Whether a customer cancelled `session` inside the cut-off."""
    return any(event.details.get("late") for event in session.events.all())


def whom_to_call(contract: Contract, *, now: datetime) -> dict[str, str]:
    """The lead, or who covers for them, for whom it is too late in the portal: `{"name", "email", "phone"}`."""
    lead = lead_of(contract.customer)
    if lead is None:
        return {}
    person = who_answers_for(lead, customer=contract.customer, at=now)[-1]
    profile = getattr(person, "staff_profile", None)
    return {"name": person.name, "email": person.email, "phone": profile.phone if profile else ""}


def _why_not(act: Act, case: _Case) -> Refusal | None:
    if not case.standings & WHO[act]:
        return NotAllowed(_WHO_DOES[act])
    if case.session.status not in STATES[act]:
        state = {"state": case.session.get_status_display()}
        return WrongState(_("This session is not booked any more. Its state is now: %(state)s.") % state)
    when = _WHEN.get(act)
    return when(case) if when is not None else None


def _when_moved(case: _Case) -> Refusal | None:
    if case.by_staff or not is_late(case.session, now=case.now, rules=case.rules):
        return None
    return TooLate(
        _("Sessions are moved until %(hours)s hours before the start. Call your lead instead.")
        % {"hours": case.rules.change_cutoff_hours}
    )


def _when_others_come(case: _Case) -> Refusal | None:
    return WrongState(_("The session is over: nobody else can come.")) if case.now >= case.session.ends_at else None


def _when_cancelled(case: _Case) -> Refusal | None:
    if case.by_staff or case.now < case.session.starts_at:
        return None
    return TooLate(_("The session has begun. Call your lead instead."))


def _when_missed(case: _Case) -> Refusal | None:
    if case.now >= case.session.starts_at:
        return None
    return InvalidInput(_("A no-show is recorded from the start of the session on."), field="session")


def _when_logged(case: _Case) -> Refusal | None:
    if case.now < case.session.starts_at:
        return InTheFuture(_("The meeting has not ended yet: time is logged afterwards."))
    if case.session.status == Status.CANCELLED and not was_cancelled_late(case.session):
        return InvalidInput(_("The session was cancelled in time: nothing is logged for it."), field="session")
    return None


def _when_summarised(case: _Case) -> Refusal | None:
    if case.now >= case.session.ends_at or case.session.status == Status.HELD:
        return None
    return InvalidInput(_("A summary is written after the session."), field="session")


_WHEN: dict[Act, Callable[[_Case], Refusal | None]] = {
    Act.MOVE: _when_moved,
    Act.CHANGE_ATTENDEES: _when_others_come,
    Act.CANCEL: _when_cancelled,
    Act.NO_SHOW: _when_missed,
    Act.LOG: _when_logged,
    Act.SUMMARISE: _when_summarised,
}
