"""What is written about a question: that it was asked, answered, settled (DOMAIN.md §6)."""

from datetime import datetime

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from billing.domain.queries import questions_visible_to
from billing.models import LineQuestion, QuestionMessage
from core.formatting import format_day
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.models import Message

LINE_QUESTIONED = "line_questioned"
QUESTION_ANSWERED = "question_answered"
QUESTION_SETTLED = "question_settled"


def register_kinds() -> None:
    """Make this mail known to the outbox; called once by the app's configuration."""
    register(Kind(code=LINE_QUESTIONED, label=gettext_lazy("Billing: a line is questioned"), compose=_asked))
    register(Kind(code=QUESTION_ANSWERED, label=gettext_lazy("Billing: a question is answered"), compose=_answered))
    register(Kind(code=QUESTION_SETTLED, label=gettext_lazy("Billing: a question is settled"), compose=_settled))


def _asked(message: Message, now: datetime) -> Letter | None:
    question = _question_of(message)
    if question is None or not question.is_open:
        return None
    subject = _("%(customer)s questions what is billed") % {"customer": question.entry.contract.customer}
    return _letter(question, subject=subject, sentence="asked", words=question.words, by=str(question.asked_by))


def _answered(message: Message, now: datetime) -> Letter | None:
    question = _question_of(message)
    if question is None:
        return None
    said = QuestionMessage.objects.select_related("written_by").get(pk=message.facts["message"])
    subject = _("An answer to the question about %(date)s") % {"date": _date(question)}
    return _letter(question, subject=subject, sentence="answered", words=said.words, by=str(said.written_by))


def _settled(message: Message, now: datetime) -> Letter | None:
    question = _question_of(message)
    if question is None:
        return None
    upheld = question.status == LineQuestion.Status.UPHELD
    said = (
        _("Your question about %(date)s: you were right") if upheld else _("Your question about %(date)s: the answer")
    )
    sentence = "upheld" if upheld else "rejected"
    return _letter(
        question,
        subject=said % {"date": _date(question)},
        sentence=sentence,
        words=question.reason,
        by=str(question.settled_by),
    )


def _question_of(message: Message) -> LineQuestion | None:
    """The question as it stands; None for a reader who may not see it any more."""
    assert message.subject_id is not None, "this mail names its question"
    if message.recipient is None:
        return None
    visible = questions_visible_to(message.recipient).select_related("settled_by", "correction", "waiver")
    return visible.filter(pk=message.subject_id).first()


def _date(question: LineQuestion) -> str:
    assert question.entry.service_date is not None, "only time entries are questioned"
    return format_day(question.entry.service_date, get_language() or "en")


def _letter(question: LineQuestion, *, subject: str, sentence: str, words: str, by: str) -> Letter:
    return Letter(
        subject=subject,
        template="line_question",
        context={
            "question": question,
            "entry": question.entry,
            "customer": question.entry.contract.customer,
            "statement": question.line.statement if question.line is not None else None,
            "sentence": sentence,
            "words": words,
            "by": by,
            "question_url": absolute_url("billing:question", question.pk),
        },
    )
