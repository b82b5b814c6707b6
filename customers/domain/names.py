"""Who stands in a fact that is kept for ever: by number, so that a name can go while the fact stays (docs/adr/0021).

A reference is ready for JSON: `{"person": 5}` for somebody with an account, `{"guest": 7}` for anybody else.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import gettext as _

from customers.models import NamedGuest, User

Reference = dict[str, int]
PERSON, GUEST = "person", "guest"


class Named(Protocol):
    """Somebody of the customer's side at a meeting: `user_id` is None for who has no account."""

    name: str
    email: str
    user_id: int | None


@dataclass(frozen=True, slots=True)
class Names:
    """What those are called now to whom some facts refer, by their numbers."""

    people: Mapping[int, User] = field(default_factory=dict)
    guests: Mapping[int, NamedGuest] = field(default_factory=dict)

    def of(self, reference: Any) -> str:
        """The name behind a reference; of a guest whose name was erased only that it was one."""
        if not isinstance(reference, Mapping):
            return ""
        person, guest = self.people.get(reference.get(PERSON, 0)), self.guests.get(reference.get(GUEST, 0))
        if person is not None:
            return str(person)
        return guest.name if guest is not None and guest.name else _("a guest")

    def particulars_of(self, reference: Mapping[str, Any]) -> "User | NamedGuest | None":
        """The person or guest behind a reference; None for whose name and address are gone."""
        person = self.people.get(reference.get(PERSON, 0))
        if person is not None:
            return None if person.anonymised_at else person
        guest = self.guests.get(reference.get(GUEST, 0))
        return guest if guest is not None and guest.email else None

    def each_of(self, references: Iterable[Any]) -> list[str]:
        """The names, in the order of the references."""
        return [self.of(each) for each in references]

    def of_all(self, references: Iterable[Any]) -> str:
        """The names, one after the other."""
        return ", ".join(self.each_of(references))


def refer_to(person: User) -> Reference:
    """The reference to somebody with an account."""
    return {PERSON: person.pk}


def refer_to_all(people: Iterable[Named], *, now: datetime) -> list[Reference]:
    """References to `people`, in their order; guests get a row of their own that holds name and address."""
    people = list(people)
    guests = iter(
        NamedGuest.objects.bulk_create(
            NamedGuest(name=each.name, email=each.email.lower(), named_at=now)
            for each in people
            if each.user_id is None
        )
    )
    return [{GUEST: next(guests).pk} if each.user_id is None else {PERSON: each.user_id} for each in people]


def names_in(facts: Iterable[Any]) -> Names:
    """The names behind every reference in `facts`, however deep: a query for people, one for guests, none for none."""
    people: set[int] = set()
    guests: set[int] = set()
    for reference in _references(list(facts)):
        people.add(reference.get(PERSON, 0))
        guests.add(reference.get(GUEST, 0))
    return Names(
        people=User.objects.in_bulk(people - {0}) if people - {0} else {},
        guests=NamedGuest.objects.in_bulk(guests - {0}) if guests - {0} else {},
    )


def _references(fact: Any) -> Iterator[Mapping[str, int]]:
    if isinstance(fact, Mapping):
        if any(isinstance(fact.get(key), int) for key in (PERSON, GUEST)):
            yield fact
        else:
            yield from _references(list(fact.values()))
    elif isinstance(fact, list):
        for each in fact:
            yield from _references(each)
