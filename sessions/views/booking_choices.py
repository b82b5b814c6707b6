"""What has been chosen so far while booking. It travels in the address: nothing is kept in the browser's session."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from customers.models import Role, User
from packages.models import Contract
from packages.session_type_texts import TEXTS, TypeText
from packages.session_types import RULES, SessionType, TypeRules
from sessions.domain.availability import Day, Slot, days
from sessions.domain.diaries import Obstacle
from sessions.domain.lapsing import Lapsing
from sessions.domain.outlook import Outlook
from sessions.domain.pricing import cost_of_overage
from sessions.forms.booking import MeetingForm
from sessions.models import ConsultingSession, TimeRequest


@dataclass(frozen=True, slots=True)
class Meeting:
    """A type, a length in minutes and a person, for one contract; `zone` only where it is not the reader's own.

    `moves` is the session that gets another time, where none is booked; `answers` the request on which it is proposed.
    """

    contract: Contract
    session_type: str
    minutes: int
    staff: User
    zone: str
    moves: ConsultingSession | None = None
    answers: TimeRequest | None = None

    @classmethod
    def of(cls, form: MeetingForm, *, contract: Contract, zone: str) -> Self | None:
        """What a valid form chose; None for an invalid one."""
        if not form.is_valid():
            return None
        chosen = form.cleaned_data
        return cls(contract, chosen["type"], chosen["minutes"], chosen["staff"], zone)

    @property
    def books_anew(self) -> bool:
        """Whether a session is booked that does not exist yet: then a customer may ask for another time."""
        return self.moves is None and self.answers is None

    @property
    def label(self) -> str:
        return str(SessionType(self.session_type).label)

    @property
    def text(self) -> TypeText:
        return TEXTS[self.session_type]

    def days_between(self, first: date, last: date, *, zone: str, now: datetime) -> list[Day]:
        """The free times for it on each date of `zone`."""
        return days(
            staff=self.staff,
            first=first,
            last=last,
            zone=zone,
            duration_minutes=self.minutes,
            now=now,
            contract=self.contract,
            without=self.moves,
        )

    def at(self, slot: Slot) -> Self:
        """The same with whoever has that free time: the person, or who covers for them."""
        return replace(self, staff=slot.staff)

    def words_for(self, _obstacle: Obstacle) -> str | Promise:
        """Why a day has no free time, where it is said in other words than for one person."""
        return ""

    def in_zone(self, zone: str) -> Self:
        return replace(self, zone=zone)

    def moving(self, session: ConsultingSession) -> Self:
        return replace(self, moves=session)

    def answering(self, asked: TimeRequest) -> Self:
        return replace(self, answers=asked)

    def stands_at(self, slot: Slot) -> bool:
        """Whether the session that moves is there already, as long as chosen: no time to move it to."""
        session = self.moves
        return session is not None and (slot.starts_at, slot.staff.pk, self.minutes) == (
            session.starts_at,
            session.staff_id,
            session.duration_minutes,
        )

    @property
    def choices(self) -> dict[str, str]:
        """What was chosen, as it stands in an address."""
        query = {"staff": str(self.staff.pk)}
        if self.answers is None:
            query = {"minutes": str(self.minutes), **query}
            if self.moves is None:
                query = {"type": self.session_type, **query}
        return {**query, "zone": self.zone} if self.zone else query

    def address_of_times(self, **more: str) -> str:
        """The address of the calendar of free times with these choices, and `more` of them."""
        return f"{self._page('sessions:book-time', 'sessions:move')}?{urlencode({**self.choices, **more})}"

    def address_of_start(self, starts_at: datetime) -> str:
        """The address of the last screen for one time."""
        starts = f"{starts_at:%Y-%m-%dT%H:%M}Z"
        return f"{self.page_of_starts}?{urlencode({**self.choices, 'starts': starts})}"

    @property
    def page_of_starts(self) -> str:
        """The last screen, to which a form sends a start of its own with `choices`."""
        return self._page("sessions:book-details", "sessions:move-confirm")

    def _page(self, of_booking: str, of_move: str) -> str:
        if self.answers is not None:
            return reverse("sessions:propose-time", args=[self.answers.pk])
        if self.moves is not None:
            return reverse(of_move, args=[self.moves.pk])
        return reverse(of_booking, args=[self.contract.pk])


@dataclass(frozen=True, slots=True)
class TypeCard:
    """A session type to choose: what it is, whom it is for, what one of its longest would draw and cost now.

    Minutes by what is free at present; `cost` is None where nothing is overage, or no rate is in force.
    """

    code: str
    label: str
    text: TypeText
    rules: TypeRules
    outlook: Outlook
    included_minutes: int
    overage_minutes: int
    cost: Decimal | None
    switched_off: bool


def type_cards(
    contract: Contract, outlooks: dict[str, Outlook], *, free_minutes: int, hourly_rate: Decimal | None
) -> list[TypeCard]:
    """Every type, those last that the contract does not have."""

    def card(code: str, label: str) -> TypeCard:
        longest = RULES[code].longest_minutes
        included = min(longest, max(free_minutes, 0)) if outlooks[code].is_included else 0
        overage = longest - included
        cost = cost_of_overage(overage, hourly_rate, contract.currency) if overage else None
        switched_off = code in contract.types_switched_off
        return TypeCard(code, label, TEXTS[code], RULES[code], outlooks[code], included, overage, cost, switched_off)

    cards = [card(code, str(label)) for code, label in SessionType.choices]
    return sorted(cards, key=lambda each: each.switched_off)


@dataclass(frozen=True, slots=True)
class PersonCard:
    """Somebody of the delivery team to choose."""

    pk: int
    name: str
    role_names: str
    is_dedicated: bool


def person_cards(team: Sequence[User], dedicated: User | None) -> list[PersonCard]:
    """The delivery team as `delivery_team_of` orders it."""
    return [
        PersonCard(
            person.pk, str(person), ", ".join(roles_in_words(person)), dedicated is not None and person == dedicated
        )
        for person in team
    ]


def lapsing_times(contract: Contract, lapsing: Lapsing | None) -> list[dict[str, Any]]:
    """The free times that would use what lapses, with the address at which each is booked: the last screen."""
    if lapsing is None:
        return []
    return [
        {
            "starts_at": slot.starts_at,
            "href": Meeting(contract, lapsing.session_type, lapsing.duration_minutes, slot.staff, "").address_of_start(
                slot.starts_at
            ),
        }
        for slot in lapsing.times
    ]


def roles_in_words(person: User) -> Iterator[str]:
    """What a member of staff does, in the reader's language; their profile must be loaded."""
    profile = getattr(person, "staff_profile", None)
    for role in profile.roles if profile is not None else ():
        yield str(Role(role).label)


def step_links(query: QueryDict, contract: Contract, *, meeting: Meeting | None = None) -> list[dict[str, str]]:
    """The three screens for `<c-steps>`; those that one has passed lead back without losing a choice."""
    first = reverse("sessions:book", args=[contract.pk])
    return [
        {"label": _("Type and person"), "href": f"{first}?{query.urlencode()}" if query else first},
        {"label": _("Day and time"), "href": meeting.address_of_times() if meeting else ""},
        {"label": _("People and confirmation"), "href": ""},
    ]
