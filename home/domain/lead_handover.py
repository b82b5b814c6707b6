"""Another person leads a customer: teams, coming sessions and reviews go along as asked, all or nothing (DOMAIN.md §9).

Requests need no handing over: whoever leads the customer answers them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record
from core.dates import local_day
from core.refusals import InvalidInput, NotAllowed, Refusal
from customers.domain.customers import assign_contact
from customers.domain.names import refer_to
from customers.domain.queries import lead_of
from customers.domain.roles import Right, rights_of, roles_of
from customers.models import ContactAssignment, Customer, User
from home.domain.lead_letters import owe_lead_changed
from packages.domain.contracts import locked
from packages.models import Contract, DeliveryTeamMember
from reviews.domain.planning import move_review
from reviews.models import Review
from sessions.domain.handovers import Handover, coming_sessions_of, hand_over, preview_handover
from sessions.models import ConsultingSession, DiaryEntry
from support.domain.states import UNDER_WAY
from support.models import SupportRequest

TEAM_CHANGES = "contract.change_team"


@dataclass(frozen=True, slots=True)
class ReviewHandover:
    """A planned review to hand over; `obstacle` says in words why the new lead cannot take part."""

    review: Review
    obstacle: str

    @property
    def is_possible(self) -> bool:
        return not self.obstacle


@dataclass(frozen=True, slots=True)
class LeadHandover:
    """What can go along to a new lead. `contracts` are those whose teams they join, on which the old one is."""

    lead: User | None
    contracts: Sequence[Contract]
    sessions: Sequence[Handover]
    reviews: Sequence[ReviewHandover]
    open_requests: int


def preview_lead_handover(customer: Customer, *, to: User, by: User, now: datetime) -> LeadHandover:
    """What would go along if `to` led `customer`, and what stands in the way. Changes nothing."""
    lead = lead_of(customer)
    requests = SupportRequest.objects.filter(customer=customer, status__in=UNDER_WAY).count()
    if lead is None:
        return LeadHandover(None, [], [], [], requests)
    contracts = [member.contract for member in _places_of(lead, customer, now) if _may_join(to, member.contract)]
    sessions = coming_sessions_of(lead, by=by, now=now, customer=customer)
    return LeadHandover(
        lead=lead,
        contracts=contracts,
        sessions=preview_handover(sessions, to=to, joining=[contract.pk for contract in contracts]),
        reviews=_reviews(lead, customer, to=to, now=now),
        open_requests=requests,
    )


@transaction.atomic
def hand_lead_over(
    *,
    customer: Customer,
    to: User,
    sessions: Sequence[ConsultingSession] = (),
    reviews: Sequence[Review] = (),
    leaves_teams: bool = False,
    reason: str = "",
    by: User,
    now: datetime,
) -> ContactAssignment:
    """Make `to` the lead. They join the teams of the old one, and are the dedicated person where they hold the role.

    :param sessions: coming ones of the old lead, which go along
    :param reviews: planned ones in which the old lead takes part, which go along
    :param leaves_teams: whether the old lead delivers for this customer no more
    :raises NotAllowed: if `by` does not manage customers
    :raises InvalidInput: if `to` leads already or is not of the staff; naming `leaves_teams` while the old lead has
        meetings or is dedicated
    :raises Refusal: the first that handing over a session or moving a review gives, naming it
    """
    if Right.MANAGE_CUSTOMERS not in rights_of(by):
        raise NotAllowed(_("Leads are chosen by an operations lead."))
    lead = lead_of(customer)
    if lead == to:
        raise InvalidInput(_("%(name)s leads this customer already.") % {"name": to}, field="to")
    _lock(customer, lead, now=now)
    if lead is not None:
        _take_places(lead, customer, to=to, by=by, now=now)
        if sessions:
            hand_over(sessions=sessions, to=to, by=by, now=now, reason=reason)
        for review in reviews:
            _hand_review_over(review, lead, to=to, by=by, now=now, reason=reason)
        if leaves_teams:
            _leave_teams(lead, customer, by=by, now=now)
    assignment = assign_contact(customer=customer, kind=ContactAssignment.Kind.LEAD, person=to, by=by, now=now)
    owe_lead_changed(assignment, before=lead, by=by, now=now)
    return assignment


def _places_of(person: User, customer: Customer, now: datetime) -> list[DeliveryTeamMember]:
    """The places of `person` on the teams of contracts that run or are to come, by contract."""
    places = DeliveryTeamMember.objects.filter(
        staff=person, contract__customer=customer, contract__voided_at__isnull=True
    ).select_related("contract__customer", "contract__package_version__package")
    return [
        place
        for place in places.order_by("contract")
        if place.contract.ends_on >= local_day(now, place.contract.time_zone)
    ]


def _may_join(person: User, contract: Contract) -> bool:
    return bool(roles_of(person) & set(contract.package_version.delivering_roles))


def _lock(customer: Customer, lead: User | None, *, now: datetime) -> None:
    """Let handovers queue, behind who books or plans; the second is asked to look again."""
    for place in _places_of(lead, customer, now) if lead is not None else []:
        locked(place.contract)
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    leads_now = lead_of(customer)
    if leads_now != lead:
        said = _("Meanwhile %(name)s became the lead. Look at what goes along again.")
        raise InvalidInput(said % {"name": leads_now}, field="to")


def _take_places(lead: User, customer: Customer, *, to: User, by: User, now: datetime) -> None:
    joined = []
    for place in _places_of(lead, customer, now):
        if not _may_join(to, place.contract):
            continue
        becomes_dedicated = place.dedicated and place.contract.package_version.dedicated_role in roles_of(to)
        if becomes_dedicated:
            DeliveryTeamMember.objects.filter(pk=place.pk).update(dedicated=False)
        DeliveryTeamMember.objects.update_or_create(
            contract=place.contract,
            staff=to,
            defaults={"dedicated": True} if becomes_dedicated else {},
        )
        joined.append(place.contract)
    record(verb=TEAM_CHANGES, of=[(contract, {"joined": refer_to(to)}) for contract in joined], by=by, now=now)


def _hand_review_over(review: Review, lead: User, *, to: User, by: User, now: datetime, reason: str) -> None:
    staff = [each.person for each in review.staff.select_related("person__staff_profile")]
    assert review.starts_at is not None
    assert review.duration_minutes is not None
    try:
        move_review(
            review=review,
            starts_at=review.starts_at,
            duration_minutes=review.duration_minutes,
            staff=[to if person == lead else person for person in staff],
            by=by,
            now=now,
            reason=reason,
        )
    except Refusal as refusal:
        refusal.message = f"{review.reference}: {refusal.message}"
        raise


def _leave_teams(lead: User, customer: Customer, *, by: User, now: datetime) -> None:
    places = _places_of(lead, customer, now)
    contracts = [place.contract_id for place in places]
    booked = ConsultingSession.objects.filter(
        contract__in=contracts, staff=lead, status=ConsultingSession.Status.BOOKED
    ).exists()
    planned = Review.objects.filter(contract__in=contracts, staff__person=lead, status=Review.Status.PLANNED).exists()
    if booked or planned:
        raise InvalidInput(
            _("%(name)s still has meetings with this customer: hand them over too, or record them.") % {"name": lead},
            field="leaves_teams",
        )
    if any(place.dedicated for place in places):
        raise InvalidInput(
            _("%(name)s is the dedicated person of a contract, which the new lead cannot be.") % {"name": lead},
            field="leaves_teams",
        )
    DeliveryTeamMember.objects.filter(pk__in=[place.pk for place in places]).delete()
    left = {"left": refer_to(lead)}
    record(verb=TEAM_CHANGES, of=[(place.contract, left) for place in places], by=by, now=now)


def _reviews(lead: User, customer: Customer, *, to: User, now: datetime) -> list[ReviewHandover]:
    reviews = Review.objects.filter(
        contract__customer=customer, staff__person=lead, status=Review.Status.PLANNED, starts_at__gt=now
    )
    found = list(
        reviews.select_related("contract__customer", "contract__package_version__package").order_by("starts_at", "pk")
    )
    ids = [review.pk for review in found]
    busy = DiaryEntry.objects.filter(staff=to).exclude(review_staff__review__in=ids)
    spans = list(busy.filter(ends_at__gt=now).values_list("starts_at", "ends_at"))
    return [ReviewHandover(review, _obstacle(review, to, spans)) for review in found]


def _obstacle(review: Review, to: User, spans: Sequence[tuple[datetime, datetime]]) -> str:
    assert review.starts_at is not None
    assert review.ends_at is not None
    if not _may_join(to, review.contract):
        return _("holds no role that delivers this package")
    if any(since < review.ends_at and review.starts_at < until for since, until in spans):
        return _("has a meeting at this time")
    return ""
