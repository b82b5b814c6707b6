"""A customer questions what is billed for a time entry, and how that ends (DOMAIN.md §6, §12).

A question changes no figure. Who delivers corrects, by the rules of the ledger; the question only names what followed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from billing.domain.queries import questions_visible_to
from billing.domain.question_letters import LINE_QUESTIONED, QUESTION_ANSWERED, QUESTION_SETTLED
from billing.domain.refusals import AlreadyQuestioned, NothingCorrected, QuestionSettled
from billing.models import LineQuestion, QuestionMessage, StatementLine
from core.formatting import format_minutes
from core.refusals import InvalidInput, NotAllowed
from customers.domain.queries import admins_of, lead_of, staff_holding
from customers.domain.roles import is_admin_of, roles_of
from customers.models import ContactAssignment, Customer, Role, User
from notifications.domain.outbox import Owed, owe_all
from packages.domain.contracts import locked
from packages.session_types import RULES
from sessions.domain.cover import who_answers_for
from sessions.domain.refusals import AlreadyReversed
from sessions.models import LedgerEntry, TimeOff, Waiver

Status = LineQuestion.Status
LONGEST_WORDS = 1000
_ANSWERING_ROLES = frozenset({Role.FINANCE, Role.OPERATIONS})


@transaction.atomic
def ask_about(
    *,
    entry: LedgerEntry,
    words: str,
    by: User,
    now: datetime,
    minutes: int | None = None,
    line: StatementLine | None = None,
) -> LineQuestion:
    """Question a time entry, or the `line` of a statement that bills it; the lead and finance are told.

    :param minutes: what the customer thinks right (whole minutes, 0 for a meeting that did not take place)
    :raises NotAllowed: if `by` is no admin of the customer
    :raises InvalidInput: without words, or with minutes that cannot be or are those that were logged
    :raises AlreadyReversed: if the entry was taken back: nothing is billed for it any more
    :raises AlreadyQuestioned: while a question about this entry is open
    """
    contract = locked(entry.contract)
    if not is_admin_of(by, contract.customer_id):
        raise NotAllowed(_("A customer admin questions what is billed."))
    words = _checked(words, field="words")
    _check_minutes(entry, minutes)
    if LedgerEntry.objects.filter(reverses=entry).exists():
        raise AlreadyReversed(_("This entry was reversed: nothing is billed for it any more."))
    if LineQuestion.objects.filter(entry=entry, status=Status.OPEN).exists():
        raise AlreadyQuestioned(_("There is an open question about this entry already."))
    question = LineQuestion.objects.create(
        entry=entry, line=line, words=words, minutes=minutes, asked_by=by, asked_at=now
    )
    readers = _provider_side(contract.customer, now=now)
    _tell(LINE_QUESTIONED, question, to=readers, key="asked", by=by, now=now)
    return question


@transaction.atomic
def write_about(*, question: LineQuestion, words: str, by: User, now: datetime) -> QuestionMessage:
    """Add a short message to the conversation; the other side is told.

    :raises NotAllowed: if `by` neither asks for the customer nor answers for the provider
    :raises InvalidInput: without words
    :raises QuestionSettled: once the question has its outcome
    """
    question = _open(question)
    customer = question.entry.contract.customer
    asks = is_admin_of(by, customer.pk)
    if not asks and not may_answer(by, customer, now=now):
        raise NotAllowed(_("Questions are answered by the lead and by finance."))
    message = QuestionMessage.objects.create(
        question=question, words=_checked(words, field="words"), written_by=by, written_at=now
    )
    readers = _provider_side(customer, now=now) if asks else admins_of(customer)
    _tell(QUESTION_ANSWERED, question, to=readers, key=f"message:{message.pk}", by=by, now=now, message=message.pk)
    return message


@transaction.atomic
def reject(*, question: LineQuestion, reason: str, by: User, now: datetime) -> LineQuestion:
    """End a question: what is billed stays as it is, for a reason that the customer reads.

    :raises NotAllowed: if `by` does not answer for the provider
    :raises InvalidInput: without a reason
    :raises QuestionSettled: if it was settled before
    """
    question = _open(question)
    _check_answers(question, by, now)
    return _settle(question, Status.REJECTED, reason=_checked(reason, field="reason"), by=by, now=now)


@transaction.atomic
def uphold(
    *, question: LineQuestion, correction: "Correction | None", by: User, now: datetime, reason: str = ""
) -> LineQuestion:
    """End a question: the customer was right, and `correction` followed (one of `corrections_for`).

    :raises NotAllowed: if `by` does not answer for the provider
    :raises NothingCorrected: without a correction of this entry
    :raises QuestionSettled: if it was settled before
    """
    question = _open(question)
    _check_answers(question, by, now)
    if correction is None or correction not in corrections_for(question):
        raise NothingCorrected(_("Correct the entry first: reverse it, waive it or add minutes. Then name it here."))
    question.correction, question.waiver = correction.row, correction.waiver
    return _settle(question, Status.UPHELD, reason=reason.strip(), by=by, now=now)


@dataclass(frozen=True, slots=True)
class Correction:
    """What put an entry right: a reversal or an adjustment (`row`), or a confirmed `waiver`."""

    at: datetime
    row: LedgerEntry | None = None
    waiver: Waiver | None = None

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"ledger-{self.row.pk}" if self.row is not None else f"waiver-{self.waiver.pk if self.waiver else 0}"

    @property
    def kind(self) -> str:
        """`reversal`, `adjustment` or `waiver`."""
        return str(self.row.kind) if self.row is not None else "waiver"

    @property
    def minutes(self) -> int:
        """The minutes of a ledger row: below zero for a reversal."""
        return self.row.minutes if self.row is not None else 0


def corrections_for(question: LineQuestion) -> list[Correction]:
    """What may have put the questioned entry right, the latest first: two queries.

    That is its reversal, a waiver of it that was confirmed, and minutes added to its contract since the question.
    """
    entry = question.entry
    rows = LedgerEntry.objects.filter(contract=entry.contract_id).filter(
        Q(reverses=entry)
        | Q(kind=LedgerEntry.Kind.ADJUSTMENT, created_at__gte=question.asked_at, reversed_by__isnull=True)
    )
    waivers = Waiver.objects.filter(entry=entry, decision__confirmed=True).select_related("decision")
    found = [Correction(row.created_at, row=row) for row in rows]
    found += [Correction(waiver.decision.decided_at, waiver=waiver) for waiver in waivers]
    return sorted(found, key=lambda each: each.at, reverse=True)


def correction_of(question: LineQuestion) -> Correction | None:
    """The correction that an upheld question names; `correction` and `waiver__decision` are loaded."""
    if question.correction is not None:
        return Correction(question.correction.created_at, row=question.correction)
    if question.waiver is not None:
        return Correction(question.waiver.decision.decided_at, waiver=question.waiver)
    return None


def may_answer(user: User, customer: Customer, *, now: datetime) -> bool:
    """Finance, operations, the customer's lead and whoever covers for the lead answer questions (DOMAIN.md §12)."""
    if roles_of(user) & _ANSWERING_ROLES:
        return True
    lead = lead_of(customer)
    return lead is not None and user in who_answers_for(lead, customer=customer, at=now)


def questions_to_answer(user: User, *, now: datetime) -> QuerySet[LineQuestion]:
    """The open questions that `user` answers, the oldest first: finance and operations all, a lead their customers'.

    Who covers for a lead meanwhile answers too.
    """
    visible = open_questions(questions_visible_to(user))
    if roles_of(user) & _ANSWERING_ROLES:
        return visible
    away = TimeOff.objects.filter(cover=user, starts_at__lte=now, ends_at__gt=now)
    of_all = Q(person__in=away.filter(cover_customers__isnull=True).values("staff"))
    of_some = Q(
        person__in=away.filter(cover_customers__isnull=False).values("staff"),
        customer__in=away.filter(cover_customers__isnull=False).values("cover_customers"),
    )
    leads = ContactAssignment.objects.filter(kind=ContactAssignment.Kind.LEAD, until__isnull=True)
    led = leads.filter(Q(person=user) | of_all | of_some).values("customer")
    return visible.filter(entry__contract__customer__in=led)


def open_questions(questions: QuerySet[LineQuestion]) -> QuerySet[LineQuestion]:
    """Those of `questions` that wait for an outcome, the oldest first."""
    return questions.filter(status=Status.OPEN).order_by("asked_at", "pk")


def _open(question: LineQuestion) -> LineQuestion:
    locked_row = LineQuestion.objects.select_for_update(no_key=True, of=("self",))
    found = locked_row.select_related("entry__contract__customer").get(pk=question.pk)
    if not found.is_open:
        raise QuestionSettled(_("This question was settled before."))
    return found


def _check_answers(question: LineQuestion, by: User, now: datetime) -> None:
    if not may_answer(by, question.entry.contract.customer, now=now):
        raise NotAllowed(_("Questions are answered by the lead and by finance."))


def _settle(question: LineQuestion, status: str, *, reason: str, by: User, now: datetime) -> LineQuestion:
    question.status, question.reason = status, reason
    question.settled_by, question.settled_at = by, now
    question.save(update_fields=["status", "reason", "correction", "waiver", "settled_by", "settled_at"])
    readers = admins_of(question.entry.contract.customer)
    _tell(QUESTION_SETTLED, question, to=readers, key="settled", by=by, now=now)
    return question


def _provider_side(customer: Customer, *, now: datetime) -> list[User]:
    """The lead with whoever covers for them, and finance."""
    lead = lead_of(customer)
    leading = who_answers_for(lead, customer=customer, at=now) if lead is not None else []
    return list(dict.fromkeys([*leading, *staff_holding([Role.FINANCE])]))


def _tell(
    kind: str,
    question: LineQuestion,
    *,
    to: Iterable[User],
    key: str,
    by: User,
    now: datetime,
    message: int | None = None,
) -> None:
    owe_all(
        [
            Owed(
                kind=kind,
                key=f"{kind}:{question.pk}:{key}",
                to=person,
                facts={} if message is None else {"message": message},
                due_at=now,
                subject_id=question.pk,
            )
            for person in to
            if person != by
        ],
        now=now,
    )


def _checked(words: str, *, field: str) -> str:
    words = words.strip()
    if not words:
        raise InvalidInput(_("Say it in a few words."), field=field)
    if len(words) > LONGEST_WORDS:
        raise InvalidInput(_("That is too long: 1,000 characters at most."), field=field)
    return words


def _check_minutes(entry: LedgerEntry, minutes: int | None) -> None:
    if minutes is None:
        return
    assert entry.session_type is not None, "only time entries are questioned"
    longest = RULES[entry.session_type].longest_minutes
    if not 0 <= minutes <= longest:
        raise InvalidInput(
            _("Enter between 0:00 and %(longest)s.") % {"longest": format_minutes(longest)}, field="minutes"
        )
    if minutes == entry.minutes:
        raise InvalidInput(_("That is what was logged."), field="minutes")
