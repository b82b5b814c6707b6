"""Which kinds of mail a person has switched off for themselves (DOMAIN.md §11)."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from customers.domain.roles import rights_of
from customers.models import User
from notifications.domain.kinds import Kind, kind_called, mutable_kinds
from notifications.domain.outbox import Owed
from notifications.models import MutedKind


def muted_by(person: User) -> frozenset[str]:
    """The codes of the kinds that `person` has switched off."""
    return frozenset(MutedKind.objects.filter(person=person).values_list("kind", flat=True))


def is_muted(person: User | None, kind: str) -> bool:
    """Whether `person` has switched `kind` off; a guest cannot."""
    return person is not None and MutedKind.objects.filter(person=person, kind=kind).exists()


def without_muted(owed: Iterable[Owed]) -> list[Owed]:
    """Those of `owed` that their readers have not switched off, in one query."""
    owed = list(owed)
    kinds = {each.kind for each in owed if kind_called(each.kind).may_be_muted}
    muted = set(MutedKind.objects.filter(kind__in=kinds).values_list("person", "kind"))
    return [each for each in owed if not isinstance(each.to, User) or (each.to.pk, each.kind) not in muted]


def kinds_to_choose_for(person: User) -> list[Kind]:
    """The kinds that `person` may switch off and that may reach them at all, for the page of their preferences."""
    rights = rights_of(person)
    return [kind for kind in mutable_kinds() if not kind.for_rights or kind.for_rights & rights]


@transaction.atomic
def mute_exactly(*, person: User, kinds: Collection[str], now: datetime) -> None:
    """Of the kinds that `person` chooses among, switch exactly these off; other codes are passed over."""
    offered = {kind.code for kind in kinds_to_choose_for(person)}
    MutedKind.objects.filter(person=person, kind__in=offered).exclude(kind__in=kinds).delete()
    _mute(person, sorted(offered & set(kinds)), now)


def mute(*, person: User, kind: str, now: datetime) -> None:
    """Switch one kind off for `person`; doing so again changes nothing, and one that may not be muted stays on."""
    _mute(person, [each.code for each in mutable_kinds() if each.code == kind], now)


def _mute(person: User, kinds: Collection[str], now: datetime) -> None:
    MutedKind.objects.bulk_create(
        (MutedKind(person=person, kind=code, since=now) for code in kinds), ignore_conflicts=True
    )
