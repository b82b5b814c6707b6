"""A review under its contract's lock, and its places in the diaries of who takes part (docs/adr/0003)."""

from collections.abc import Collection, Sequence

from customers.models import User
from packages.domain.contracts import locked
from reviews.models import Review, ReviewStaff
from sessions.domain.diary_places import lock_diary
from sessions.models import DiaryEntry


def locked_review(review: Review, *, diaries: Sequence[User] = ()) -> Review:
    """Read `review` anew under its contract's lock, then lock the `diaries` of people in the order of their keys."""
    contract = locked(review.contract)
    for person in sorted(diaries, key=lambda each: each.pk):
        lock_diary(person)
    fresh = Review.objects.get(pk=review.pk)
    fresh.contract = contract
    return fresh


def own_places(review: Review) -> Collection[int]:
    """The diary entries of `review`, by id."""
    return list(ReviewStaff.objects.filter(review=review).values_list("diary_entry", flat=True))


def take_places(review: Review, people: Sequence[User]) -> None:
    """Write a planned review into everybody's diary; the database refuses what would overlap.

    :raises IntegrityError: if a meeting stands there
    """
    assert review.starts_at is not None
    assert review.ends_at is not None
    entries = DiaryEntry.objects.bulk_create(
        DiaryEntry(staff=person, starts_at=review.starts_at, ends_at=review.ends_at) for person in people
    )
    ReviewStaff.objects.bulk_create(
        ReviewStaff(review=review, person=person, diary_entry=entry)
        for person, entry in zip(people, entries, strict=True)
    )


def give_places_up(review: Review) -> None:
    """Free the time of everybody who took part in a review that moves or does not take place."""
    places = own_places(review)
    ReviewStaff.objects.filter(review=review).delete()
    DiaryEntry.objects.filter(pk__in=places).delete()
