"""After a session: who came, and a summary that is sent once; a correction is its next version (DOMAIN.md §3)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.refusals import InvalidInput
from customers.models import User
from notifications.domain.outbox import Owed, owe_all
from sessions.domain.acts import Act, check_act
from sessions.domain.recipients import reader_of
from sessions.models import Attendee, ConsultingSession, SessionEvent, SessionSummary

SUMMARY = "session_summary"
LONGEST_TEXT = 8000
MOST_MATERIALS = 20


@dataclass(frozen=True, slots=True)
class Material:
    """Something to read or watch afterwards: a name and a link."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a summary says."""

    covered: str
    next_steps: str
    materials: Sequence[Material]

    def as_kept(self) -> dict[str, Any]:
        """The columns of a version."""
        links = [{"name": each.name, "url": each.url} for each in self.materials]
        return {"covered": self.covered.strip(), "next_steps": self.next_steps.strip(), "materials": links}


@transaction.atomic
def write_summary(
    *, session: ConsultingSession, written: Written, send: bool, by: User, now: datetime
) -> SessionSummary:
    """Keep the draft of a session's summary and, with `send`, mail it to those who came, once.

    Where nobody was ticked as having come, all attendees get it. What was sent stays: writing again starts the next
    version. Sending what was sent already, word for word, changes nothing.

    :raises NotAllowed: if `by` is not of the delivery team or operations
    :raises WrongState: if the session did not take place
    :raises InvalidInput: before its end, without what was covered, or with what is no link
    """
    session = (
        ConsultingSession.objects.select_for_update(no_key=True, of=("self",))
        .select_related("contract__customer", "staff")
        .get(pk=session.pk)
    )
    check_act(Act.SUMMARISE, session=session, by=by, now=now)
    kept = _checked(written).as_kept()
    latest = session.summaries.last()
    if latest is not None and latest.sent_at is not None:
        if all(getattr(latest, name) == value for name, value in kept.items()):
            return latest
        latest = SessionSummary(session=session, version=latest.version + 1)
    draft = latest or SessionSummary(session=session)
    for name, value in kept.items():
        setattr(draft, name, value)
    draft.written_by, draft.written_at = by, now
    draft.sent_at = now if send else None
    draft.save()
    if send:
        _send(session, draft, by=by, now=now)
    return draft


def keep_who_came(session: ConsultingSession, *, came: Collection[int]) -> None:
    """Keep of each attendee whether they came; `came` are the keys of those who did.

    Without any it is unknown again: a session to which nobody came did not take place.
    """
    if not came:
        session.attendees.update(came=None)
        return
    session.attendees.filter(pk__in=came).update(came=True)
    session.attendees.exclude(pk__in=came).update(came=False)


def those_who_get_it(session: ConsultingSession) -> list[Attendee]:
    """To whom a summary goes: those who came, or all where nobody was ticked."""
    attendees = list(session.attendees.select_related("user"))
    came = [each for each in attendees if each.came]
    return came or attendees


def _checked(written: Written) -> Written:
    if not written.covered.strip():
        raise InvalidInput(_("Say what was covered."), field="covered")
    if max(len(written.covered), len(written.next_steps)) > LONGEST_TEXT:
        raise InvalidInput(_("At most %(most)s characters.") % {"most": LONGEST_TEXT}, field="covered")
    if len(written.materials) > MOST_MATERIALS:
        raise InvalidInput(_("At most %(most)s materials.") % {"most": MOST_MATERIALS}, field="materials")
    if not all(each.url.startswith("https://") and each.name for each in written.materials):
        raise InvalidInput(_("Each line is a name and a link that starts with https://."), field="materials")
    return written


def _send(session: ConsultingSession, summary: SessionSummary, *, by: User, now: datetime) -> None:
    SessionEvent.objects.create(
        session=session, kind=SessionEvent.Kind.SUMMARY, at=now, by=by, details={"version": summary.version}
    )
    owe_all(
        [
            Owed(
                kind=SUMMARY,
                key=f"{SUMMARY}:{session.pk}:{summary.version}",
                to=reader_of(attendee, session),
                facts={"version": summary.version},
                due_at=now,
                subject_id=session.pk,
            )
            for attendee in those_who_get_it(session)
        ],
        now=now,
    )
