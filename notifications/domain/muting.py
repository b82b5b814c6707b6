"""Which kinds of mail a person has switched off for themselves (DOMAIN.md §11)."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from customers.models import User
from notifications.domain.kinds import mutable_kinds
from notifications.models import MutedKind


def muted_by(person: User) -> frozenset[str]:
    """The codes of the kinds that `person` has switched off."""
    return frozenset(MutedKind.objects.filter(person=person).values_list("kind", flat=True))


def is_muted(person: User | None, kind: str) -> bool:
    """Whether `person` has switched `kind` off; a guest cannot."""
    return person is not None and MutedKind.objects.filter(person=person, kind=kind).exists()


@transaction.atomic
def mute_exactly(*, person: User, kinds: Collection[str], now: datetime) -> None:
    """Switch exactly these kinds off for `person`; codes that may not be muted are passed over."""
    wanted = {kind.code for kind in mutable_kinds()} & set(kinds)
    MutedKind.objects.filter(person=person).exclude(kind__in=wanted).delete()
    MutedKind.objects.bulk_create(
        (MutedKind(person=person, kind=code, since=now) for code in sorted(wanted)), ignore_conflicts=True
    )
