"""Whether those who are invited come: they confirm or decline, and who must know is told (DOMAIN.md §3)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.refusals import InvalidInput
from notifications.domain.outbox import Owed, owe_all
from sessions.domain.refusals import WrongState
from sessions.models import Attendee, ConsultingSession

DECLINED = "session_declined"


@transaction.atomic
def answer_invitation(*, attendee: Attendee, answer: str, now: datetime) -> Attendee:
    """Keep that `attendee` comes or cannot come; the same answer again changes nothing.

    Whoever delivers and whoever booked are told of a refusal, once for each time at which the session stands.

    :raises InvalidInput: if the answer is neither of the two
    :raises WrongState: if the session is over or off, or the person is no longer invited
    """
    if answer not in Attendee.Answer.values:
        raise InvalidInput(_("Say whether you come."), field="answer")
    session = ConsultingSession.objects.select_for_update(no_key=True, of=("self",)).get(pk=attendee.session_id)
    invited = session.attendees.filter(pk=attendee.pk)
    if session.status != ConsultingSession.Status.BOOKED or now >= session.ends_at or not invited.exists():
        raise WrongState(_("This session has changed in the meantime: load the page again."))
    if invited.exclude(answer=answer).update(answer=answer, answered_at=now):
        attendee.refresh_from_db(fields=["answer", "answered_at"])
        if answer == Attendee.Answer.DECLINED:
            _tell_of_refusal(session, attendee, now=now)
    return attendee


def forget_answers(session: ConsultingSession) -> None:
    """Ask everybody anew: the session stands at another time."""
    session.attendees.exclude(answer="").update(answer="", answered_at=None)


def _tell_of_refusal(session: ConsultingSession, attendee: Attendee, *, now: datetime) -> None:
    owe_all(
        [
            Owed(
                kind=DECLINED,
                key=f"{DECLINED}:{attendee.pk}:{session.starts_at:%Y%m%dT%H%MZ}",
                to=person,
                facts={"starts_at": session.starts_at.isoformat(), "attendee": attendee.pk},
                due_at=now,
                subject_id=session.pk,
            )
            for person in (session.staff, session.booked_by)
            if person.pk != attendee.user_id
        ],
        now=now,
    )
