"""The next version of the service terms: written as a draft, then published once and for ever (DOMAIN.md §10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.dates import local_day
from core.refusals import InvalidInput, NotAllowed, Refusal
from customers.domain.roles import Right, rights_of
from customers.models import User
from packages.domain.passages import Passage
from packages.domain.reading import numbers_of
from packages.domain.terms import PREVAILING_LANGUAGE, hash_of
from packages.models import TermsDraft, TermsText, TermsVersion


class DraftMoved(Refusal):
    """The draft is not the one that was read: somebody changed, published or discarded it."""

    code = "draft_moved"


@dataclass(frozen=True, slots=True)
class Wording:
    """A draft's title and text in one language; both empty where there is no translation."""

    title: str
    body: str


@transaction.atomic
def keep_draft(
    *,
    version: str,
    in_force_from: date,
    wordings: Mapping[str, Wording],
    passages: Mapping[str, int],
    by: User,
    now: datetime,
) -> TermsDraft:
    """Keep the next version as it is written now, in place of what the draft said before.

    :param wordings: by language; English is needed, a translation may be missing
    :param passages: the section that states each rule, where one does
    :raises NotAllowed: if `by` does not lead operations
    :raises InvalidInput: on `version`, `in_force_from`, `body_<language>` or `passage_<rule>`
    """
    _check_right(by)
    _check_version(version, in_force_from, today=local_day(now, by.time_zone))
    _check_wordings(wordings)
    _check_passages(passages, numbers_of(wordings[PREVAILING_LANGUAGE].body))
    texts = {code: {"title": each.title, "body": each.body} for code, each in wordings.items() if each.body}
    draft, _created = TermsDraft.objects.update_or_create(
        pk=1,
        defaults={
            "version": version,
            "in_force_from": in_force_from,
            "texts": texts,
            "passages": {rule: number for rule, number in passages.items() if number},
            "changed_at": now,
            "changed_by": by,
        },
    )
    return draft


@transaction.atomic
def publish_draft(*, seen: datetime, by: User, now: datetime) -> TermsVersion:
    """Publish the draft as it stood at `seen`: it binds contracts signed from its day on, and never changes again.

    :raises NotAllowed: if `by` does not lead operations
    :raises DraftMoved: if the draft was changed since, or is gone
    :raises InvalidInput: if it cannot be in force any more from its day, or another version took its name
    """
    _check_right(by)
    draft = _locked_draft(seen)
    _check_version(draft.version, draft.in_force_from, today=local_day(now, by.time_zone))
    terms = TermsVersion.objects.create(
        version=draft.version,
        in_force_from=draft.in_force_from,
        passages=draft.passages,
        published_at=now,
        published_by=by,
    )
    TermsText.objects.bulk_create(
        TermsText(terms=terms, language=language, title=text["title"], body=text["body"], sha256=hash_of(text["body"]))
        for language, text in draft.texts.items()
    )
    draft.delete()
    return terms


@transaction.atomic
def discard_draft(*, seen: datetime, by: User) -> None:
    """Throw the draft away as it stood at `seen`; published versions stay.

    :raises NotAllowed: if `by` does not lead operations
    :raises DraftMoved: if the draft was changed since, or is gone
    """
    _check_right(by)
    _locked_draft(seen).delete()


def _check_right(by: User) -> None:
    if Right.PUBLISH_TERMS not in rights_of(by):
        raise NotAllowed(_("Terms are published by an operations lead."))


def _locked_draft(seen: datetime) -> TermsDraft:
    draft = TermsDraft.objects.select_for_update().filter(changed_at=seen).first()
    if draft is None:
        raise DraftMoved(_("The draft was changed, published or discarded since you saw it. Look at it again."))
    return draft


def _check_version(version: str, in_force_from: date, *, today: date) -> None:
    if TermsVersion.objects.filter(version=version).exists():
        raise InvalidInput(_("There is a version of that name already."), field="version")
    if in_force_from < today:
        raise InvalidInput(
            _("Terms bind from today on at the earliest, never from a day in the past."), field="in_force_from"
        )
    newest = TermsVersion.objects.order_by("-in_force_from").first()
    if newest is not None and in_force_from <= newest.in_force_from:
        sentence = _("Version %(version)s is in force from that day or later: choose a later day.")
        raise InvalidInput(sentence % {"version": newest.version}, field="in_force_from")


def _check_wordings(wordings: Mapping[str, Wording]) -> None:
    english = wordings.get(PREVAILING_LANGUAGE, Wording("", ""))
    if not english.body or not english.title:
        raise InvalidInput(_("The English text is needed: it prevails."), field=f"body_{PREVAILING_LANGUAGE}")
    numbers = numbers_of(english.body)
    if len(set(numbers)) != len(numbers):
        raise InvalidInput(_("Two sections have the same number."), field=f"body_{PREVAILING_LANGUAGE}")
    for language, wording in wordings.items():
        if bool(wording.title) != bool(wording.body):
            raise InvalidInput(_("A translation has a title and a text."), field=f"body_{language}")
        if wording.body and numbers_of(wording.body) != numbers:
            sentence = _("A translation has the same numbered sections as the English text.")
            raise InvalidInput(sentence, field=f"body_{language}")


def _check_passages(passages: Mapping[str, int], numbers: list[int]) -> None:
    for rule, number in passages.items():
        if number and number not in numbers:
            sentence = _("The English text has no section %(number)s.")
            raise InvalidInput(sentence % {"number": number}, field=f"passage_{Passage(rule)}")


def starting_point() -> dict[str, Any]:
    """What the next version begins with: the draft, or else the newest version's texts and passages."""
    draft = TermsDraft.objects.first()
    if draft is not None:
        return {
            "version": draft.version,
            "in_force_from": draft.in_force_from,
            "texts": draft.texts,
            "passages": draft.passages,
        }
    newest = TermsVersion.objects.order_by("-in_force_from").prefetch_related("texts").first()
    if newest is None:
        return {"texts": {}, "passages": {}}
    texts = {text.language: {"title": text.title, "body": text.body} for text in newest.texts.all()}
    return {"texts": texts, "passages": newest.passages}
