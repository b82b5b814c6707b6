"""Sending what is owed: pending → claimed → sending → sent | failed | unknown, or withdrawn (DOMAIN.md §11).

Any number of workers may do this at once. Each claims a few due rows that nobody else is looking at, and commits
`sending` just before a mail is handed over, so that whatever kills a worker leaves no doubt about the others:

* a row left `claimed` was not handed over: after a while it is pending again;
* a row left `sending` may have been: it becomes `unknown` and is never sent again by itself, except for kinds that
  rather come twice than never (invitations, passwords), which keep their Message-ID.
"""

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from core import faults
from notifications.domain import muting
from notifications.domain.kinds import Kind, all_kinds, kind_called
from notifications.domain.letters import in_envelope, reading_as
from notifications.domain.mail_server import Lost, MailServer, Refused, Unreachable, describe
from notifications.domain.states import State, move
from notifications.models import Message

logger = structlog.get_logger(__name__)

BATCH = 20
"""Few enough that one batch is done in well under a task's time limit, even if the mail server is slow."""
STALE_AFTER = timedelta(minutes=10)
"""Longer than a task may live: whoever claimed a row this long ago is dead."""
UNREACHABLE_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many rows one batch took, and whether it is worth asking for the next one now."""

    taken: int
    go_on: bool


def send_batch(*, now: datetime) -> Outcome:
    """Send up to a batch of what is due. Call it outside any transaction, and again while the outcome says so."""
    _settle_what_dead_workers_left(now=now)
    batch = _claim(now=now)
    with MailServer() as mail_server:
        for message in batch:
            try:
                _deliver(message, mail_server, now=now)
            except (Unreachable, Lost) as error:
                # What the first one met would meet the others too, a timeout each: they wait for better times.
                waiting = [other for other in batch if other.state == State.CLAIMED]
                logger.warning("mail_server_unreachable", error=str(error), waiting=len(waiting))
                for other in waiting:
                    move(other, State.PENDING, now=now, next_attempt_at=now + UNREACHABLE_WAIT, error=str(error))
                return Outcome(taken=len(batch), go_on=False)
    return Outcome(taken=len(batch), go_on=len(batch) == BATCH)


def wait_before_attempt(attempts: int) -> timedelta:
    """How long a mail that was refused `attempts` times waits: 1, 2, 4, 8 minutes, a quarter of an hour at most."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), LONGEST_WAIT)


def _settle_what_dead_workers_left(*, now: datetime) -> None:
    left = Message.objects.filter(state_since__lt=now - STALE_AFTER)
    again = {"state": State.PENDING, "state_since": now, "next_attempt_at": now}
    left.filter(state=State.CLAIMED).update(**again)
    sending = left.filter(state=State.SENDING)
    sending.filter(kind__in=[kind.code for kind in all_kinds() if kind.at_least_once]).update(**again)
    lost = sending.update(state=State.UNKNOWN, state_since=now, error="The worker died while it was sending.")
    if lost:
        logger.error("mails_of_unknown_fate", count=lost)


def _claim(*, now: datetime) -> list[Message]:
    token = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(8)}"
    with transaction.atomic():
        due = Message.objects.filter(state=State.PENDING, next_attempt_at__lte=now).order_by("next_attempt_at", "pk")
        if not faults.skips("lock"):
            due = due.select_for_update(skip_locked=True)
        ids = list(due.values_list("pk", flat=True)[:BATCH])
        faults.reach("after_check")
        if ids:
            Message.objects.filter(pk__in=ids).update(state=State.CLAIMED, state_since=now, claimed_by=token)
    faults.reach("after_claim")
    claimed = Message.objects.filter(pk__in=ids, claimed_by=token).select_related("recipient")
    return list(claimed.order_by("next_attempt_at", "pk"))


def _deliver(message: Message, mail_server: MailServer, *, now: datetime) -> None:
    log = logger.bind(message=message.pk, kind=message.kind, key=message.key)
    try:
        kind = kind_called(message.kind)
        mail = _write(message, kind, now=now)
    except Exception as error:
        log.exception("mail_cannot_be_written")
        _try_later(message, describe(error), tries_for=Kind.tries_for, now=now)
        return
    if mail is None:
        move(message, State.WITHDRAWN, now=now)
        log.info("mail_withdrawn")
        return
    mail_server.be_ready()
    if not move(message, State.SENDING, now=now, attempts=message.attempts + 1):
        log.warning("mail_taken_over")
        return
    try:
        mail_server.send(mail)
        faults.reach("after_smtp")
    except Refused as refusal:
        log.warning("mail_refused", answer=str(refusal), attempts=message.attempts)
        if refusal.for_good:
            move(message, State.FAILED, now=now, error=str(refusal))
        else:
            _try_later(message, str(refusal), tries_for=kind.tries_for, now=now)
    except Exception as error:
        # Whatever broke, the mail may have been taken.
        log.exception("mail_of_unknown_fate")
        if kind.at_least_once:
            _try_later(message, describe(error), tries_for=kind.tries_for, now=now)
        else:
            move(message, State.UNKNOWN, now=now, error=describe(error))
        if isinstance(error, Lost):
            raise
    else:
        _note_as_sent(message, now=now)
        log.info("mail_sent", attempts=message.attempts)


def _note_as_sent(message: Message, *, now: datetime) -> None:
    if not move(message, State.SENT, now=now, error=""):
        # This worker was so slow that it was given up for dead: what it knows is better than `unknown`.
        message.state = State.UNKNOWN
        move(message, State.SENT, now=now, error="")


def _write(message: Message, kind: Kind, *, now: datetime) -> EmailMultiAlternatives | None:
    if message.recipient and not message.recipient.is_active:
        return None
    if kind.may_be_muted and muting.is_muted(message.recipient, kind.code):
        return None
    with reading_as(message):
        letter = kind.compose(message, now)
        if letter is None:
            return None
        mail = in_envelope(letter, message, may_be_muted=kind.may_be_muted)
        mail.message()  # headers that no mail may have show here, before it counts as being sent
        return mail


def _try_later(message: Message, error: str, *, tries_for: timedelta, now: datetime) -> None:
    attempts = message.attempts + (message.state == State.CLAIMED)
    next_attempt_at = now + wait_before_attempt(attempts)
    if next_attempt_at > message.due_at + tries_for:
        move(message, State.FAILED, now=now, error=error, attempts=attempts)
    else:
        move(message, State.PENDING, now=now, error=error, attempts=attempts, next_attempt_at=next_attempt_at)
