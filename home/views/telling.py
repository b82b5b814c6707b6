"""The history of a customer or of a contract in plain words: each fact as a sentence, with who and why."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from billing.models import LineQuestion
from core.formatting import format_day, format_minutes, format_money
from core.models import AuditEvent
from customers.domain.audit import CUSTOMER_OPENS, MEMBER_BEGINS, MEMBER_ENDS, RIGHTS_CHANGE
from customers.domain.names import Names, names_in
from customers.models import ContactAssignment, Customer, Membership, User
from home.domain.contract_life.voiding import VOIDS
from home.domain.lead_handover import TEAM_CHANGES
from packages.models import Contract, RateLine, TermsAcceptance
from reviews.models import ReviewEvent
from reviews.views.history import history_of as told_of_review
from sessions.domain.overage_cap_changes import CHANGED as CAP_CHANGE
from sessions.domain.overage_cap_changes import limit_in_words
from sessions.models import LedgerEntry, OverageAcceptance, SessionEvent, TimeRequestEvent, Waiver, WaiverDecision
from sessions.views.session_history import history_of
from sessions.views.time_request_history import history_of_request
from support.models import Order, RequestEvent, ReturnException


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a history. `url` leads to what it is about."""

    icon: str
    tone: str
    at: datetime
    by: str
    sentence: str
    reason: str = ""
    url: str = ""


@dataclass(slots=True)
class Teller:
    """Puts facts into words for one reader, whose language is the active one. `zone` is the reader's."""

    zone: str
    language: str = field(default_factory=lambda: get_language() or "en")
    names: Names = field(default_factory=Names)
    """Of those whom the facts name by number."""

    def tell(self, keys: Iterable[tuple[datetime, str, int]]) -> list[Told]:
        """The facts behind `keys`, in their order: a query or two a source, however many rows."""
        keys = list(keys)
        wanted: dict[str, list[int]] = defaultdict(list)
        for _at, source, number in keys:
            wanted[source].append(number)
        told = {(source, number): line for source in wanted for number, line in self._of(source, wanted[source])}
        return [told[source, number] for _at, source, number in keys]

    def _of(self, source: str, numbers: list[int]) -> Iterable[tuple[int, Told]]:
        rows, say = SENTENCES[source]
        actors = _actors(source, numbers)
        wanted = list(rows.filter(pk__in=numbers))
        self.names = names_in(getattr(row, "details", {}) for row in wanted)
        return [(row.pk, say(self, row, actors)) for row in wanted]

    def day(self, day: Any) -> str:
        return format_day(day, self.language)


Actors = Mapping[int, User]


def _actors(source: str, numbers: list[int]) -> Actors:
    """Who did it, by the number of the object, where only the audit trail knows."""
    if source not in _KNOWN_TO_THE_TRAIL:
        return {}
    verb, object_type = _KNOWN_TO_THE_TRAIL[source]
    events = AuditEvent.objects.filter(verb=verb, object_type=object_type, object_id__in=numbers, actor__isnull=False)
    return {event.object_id: event.actor for event in events.select_related("actor") if event.actor is not None}


_KNOWN_TO_THE_TRAIL = {
    "opened": (CUSTOMER_OPENS, "customer"),
    "joined": (MEMBER_BEGINS, "membership"),
    "left": (MEMBER_ENDS, "membership"),
}


def _name(person: User | None) -> str:
    return "" if person is None else str(person)


def _opened(_teller: Teller, customer: Customer, actors: Actors) -> Told:
    by = _name(actors.get(customer.pk))
    return Told("building-2", "info", customer.created_at, by, _("The account was opened."))


def _joined(_teller: Teller, membership: Membership, actors: Actors) -> Told:
    sentence = _("%(name)s was invited.") % {"name": membership.user}
    return Told("user-plus", "info", membership.since, _name(actors.get(membership.pk)), sentence)


def _left(_teller: Teller, membership: Membership, actors: Actors) -> Told:
    assert membership.until is not None
    sentence = _("%(name)s left.") % {"name": membership.user}
    return Told("user-minus", "neutral", membership.until, _name(actors.get(membership.pk)), sentence)


def _contact(_teller: Teller, assignment: ContactAssignment, _actors: Actors) -> Told:
    is_lead = assignment.kind == ContactAssignment.Kind.LEAD
    said = _("%(name)s became the lead.") if is_lead else _("%(name)s became the primary contact.")
    by = _name(assignment.assigned_by)
    return Told("headset" if is_lead else "star", "info", assignment.since, by, said % {"name": assignment.person})


def _act(teller: Teller, event: AuditEvent, _actors: Actors) -> Told:
    if event.verb == RIGHTS_CHANGE:
        is_admin = event.details["kind"] == Membership.Kind.ADMIN
        said = _("%(name)s became a customer admin.") if is_admin else _("%(name)s became a member.")
        sentence = said % {"name": teller.names.of(event.details)}
    elif event.verb == CAP_CHANGE:
        after = event.details["after"]
        said = (
            _("The cap on overage is %(limit)s a month; %(name)s accepts more.") if after else _("No cap on overage.")
        )
        sentence = said % {"limit": limit_in_words(after), "name": teller.names.of(after.get("approver"))}
    else:
        sentence = _("The billing details were changed.")
    return Told("pencil-line", "neutral", event.at, _name(event.actor), sentence)


def _signed(teller: Teller, contract: Contract, _actors: Actors) -> Told:
    sentence = _("%(package)s was signed: %(contract)s, from %(first)s to %(last)s.") % {
        "package": contract.package_version.package,
        "contract": contract.reference,
        "first": teller.day(contract.starts_on),
        "last": teller.day(contract.ends_on),
    }
    return Told(
        "file-pen-line", "good", contract.signed_at, _name(contract.signed_by), sentence, url=_page_of(contract)
    )


def _change(teller: Teller, event: AuditEvent, _actors: Actors) -> Told:
    assert event.object_id is not None
    facts = {"contract": Contract(pk=event.object_id).reference}
    if event.verb == VOIDS:
        icon, tone, sentence = "ban", "warn", _("%(contract)s was voided.") % facts
    elif event.verb == TEAM_CHANGES:
        facts |= {key: teller.names.of(event.details.get(key)) for key in ("joined", "left")}
        if not facts["left"]:
            said = _("%(joined)s joined the delivery team of %(contract)s.")
        elif not facts["joined"]:
            said = _("%(left)s left the delivery team of %(contract)s.")
        else:
            said = _("%(joined)s joined the delivery team of %(contract)s, %(left)s left it.")
        icon, tone, sentence = "users", "info", said % facts
    else:
        facts |= {key: teller.day(date.fromisoformat(event.details[key])) for key in ("before", "after")}
        sentence = _("The end of %(contract)s was moved from %(before)s to %(after)s.") % facts
        icon, tone = "calendar-range", "warn" if event.details["after"] < event.details["before"] else "info"
    url = reverse("sessions:contract", args=[event.object_id])
    return Told(icon, tone, event.at, _name(event.actor), sentence, event.reason, url)


def _terms(_teller: Teller, acceptance: TermsAcceptance, _actors: Actors) -> Told:
    sentence = _("The terms of %(contract)s were accepted, version %(version)s.") % {
        "contract": acceptance.contract.reference,
        "version": acceptance.contract.terms.version,
    }
    url = reverse("packages:terms", args=[acceptance.contract_id])
    return Told("scale", "good", acceptance.accepted_at, _name(acceptance.accepted_by), sentence, url=url)


def _rate(teller: Teller, line: RateLine, _actors: Actors) -> Told:
    assert line.contract is not None
    facts = {"day": teller.day(line.valid_from), "contract": line.contract.reference}
    if line.hourly_rate is None:
        sentence = _("From %(day)s the general rate holds again for %(contract)s.") % facts
    else:
        facts["rate"] = format_money(line.hourly_rate, line.currency, teller.language)
        sentence = _("%(rate)s an hour was agreed for %(contract)s, from %(day)s.") % facts
    return Told("badge-euro", "info", line.created_at, _name(line.created_by), sentence, url=_page_of(line.contract))


def _ledger(teller: Teller, entry: LedgerEntry, _actors: Actors) -> Told:
    about = entry.reverses or entry
    facts = {"minutes": format_minutes(abs(entry.minutes)), "contract": entry.contract.reference}
    if about.kind == LedgerEntry.Kind.CONSUMPTION:
        assert about.service_date is not None
        facts |= {"type": about.get_session_type_display(), "day": teller.day(about.service_date)}
        url = reverse("sessions:entry", args=[about.pk])
    else:
        url = _page_of(entry.contract)
    icon, tone, said = _of_ledger(entry)
    by = _name(entry.created_by)
    return Told(icon, tone, entry.created_at, by, said % facts, entry.reason, url)


def _of_ledger(entry: LedgerEntry) -> tuple[str, str, str]:
    match entry.kind:
        case LedgerEntry.Kind.GRANT:
            return "hourglass", "good", _("%(minutes)s were granted on %(contract)s.")
        case LedgerEntry.Kind.ADJUSTMENT:
            return "circle-plus", "good", _("%(minutes)s were added to %(contract)s.")
        case LedgerEntry.Kind.CONSUMPTION:
            return "timer", "info", _("%(minutes)s were logged: %(type)s on %(day)s.")
    if entry.reverses is not None and entry.reverses.kind == LedgerEntry.Kind.CONSUMPTION:
        return "undo-2", "warn", _("%(minutes)s were reversed: %(type)s on %(day)s.")
    return "undo-2", "warn", _("%(minutes)s that were added to %(contract)s were taken back.")


def _waiver(teller: Teller, waiver: Waiver, _actors: Actors) -> Told:
    sentence = _("Not to bill %(type)s on %(day)s was proposed.") % _of_entry(teller, waiver.entry)
    url = reverse("sessions:entry", args=[waiver.entry_id])
    return Told("gift", "info", waiver.proposed_at, _name(waiver.proposed_by), sentence, waiver.reason, url)


def _decision(teller: Teller, decision: WaiverDecision, _actors: Actors) -> Told:
    said = (
        _("%(type)s on %(day)s is a courtesy: its overage is not billed.")
        if decision.confirmed
        else _("Not to bill %(type)s on %(day)s was refused.")
    )
    entry = decision.waiver.entry
    url = reverse("sessions:entry", args=[entry.pk])
    icon, tone = ("gift", "good") if decision.confirmed else ("circle-x", "warn")
    by = _name(decision.decided_by)
    return Told(icon, tone, decision.decided_at, by, said % _of_entry(teller, entry), decision.reason, url)


def _session(teller: Teller, event: SessionEvent, _actors: Actors) -> Told:
    (line,) = history_of([event], zone=teller.zone, with_reasons=True, names=teller.names)
    session = event.session
    sentence = f"{session.get_session_type_display()} {session.reference}: {line.sentence}"
    url = reverse("sessions:detail", args=[session.pk])
    return Told(line.icon, line.tone, line.at, line.by, sentence, line.reason, url)


def _time_request(teller: Teller, event: TimeRequestEvent, _actors: Actors) -> Told:
    (line,) = history_of_request([event], zone=teller.zone, names=teller.names)
    asked = event.request
    sentence = f"{asked.get_session_type_display()} {asked.reference}: {line.sentence}"
    url = reverse("sessions:time-request", args=[asked.pk])
    return Told(line.icon, line.tone, line.at, line.by, sentence, line.reason, url)


def _review(teller: Teller, event: ReviewEvent, _actors: Actors) -> Told:
    (line,) = told_of_review([event], zone=teller.zone, names=teller.names)
    review = event.review
    name = _("Project health check %(number)s") % {"number": review.number}
    sentence = f"{name} ({review.contract.reference}): {line.sentence}"
    url = reverse("reviews:detail", args=[review.pk])
    return Told(line.icon, line.tone, line.at, line.by, sentence, line.reason, url)


def _accepted(teller: Teller, kept: OverageAcceptance, _actors: Actors) -> Told:
    sentence = _("Overage was accepted for %(session)s: %(minutes)s, %(amount)s.") % {
        "session": kept.session.reference,
        "minutes": format_minutes(kept.overage_minutes + kept.displaced_minutes),
        "amount": format_money(kept.amount, kept.currency, teller.language),
    }
    url = reverse("sessions:detail", args=[kept.session_id])
    return Told("receipt", "warn", kept.accepted_at, _name(kept.accepted_by), sentence, url=url)


def _question(teller: Teller, question: LineQuestion, _actors: Actors) -> Told:
    sentence = _("%(type)s on %(day)s was questioned.") % _of_entry(teller, question.entry)
    by, url = _name(question.asked_by), reverse("billing:question", args=[question.pk])
    return Told("message-circle-question-mark", "warn", question.asked_at, by, sentence, question.words, url)


def _settled(teller: Teller, question: LineQuestion, _actors: Actors) -> Told:
    assert question.settled_at is not None
    upheld = question.status == LineQuestion.Status.UPHELD
    said = (
        _("The question about %(type)s on %(day)s was upheld: it was corrected.")
        if upheld
        else _("The question about %(type)s on %(day)s was answered: the line stays as it is.")
    )
    sentence = said % _of_entry(teller, question.entry)
    icon, tone = ("circle-check", "good") if upheld else ("message-circle-reply", "neutral")
    by, url = _name(question.settled_by), reverse("billing:question", args=[question.pk])
    return Told(icon, tone, question.settled_at, by, sentence, question.reason, url)


_OF_REQUEST = {
    RequestEvent.Kind.OPENED: ("message-circle-plus", "info", gettext_lazy("A request was opened: %(request)s.")),
    RequestEvent.Kind.ASKED: ("hourglass", "warn", gettext_lazy("A question was asked back: %(request)s.")),
    RequestEvent.Kind.RESOLVED: ("circle-check", "good", gettext_lazy("A request was resolved: %(request)s.")),
    RequestEvent.Kind.KEPT: ("signpost", "info", gettext_lazy("Our staff answer: %(request)s.")),
    RequestEvent.Kind.SENT_ON: ("signpost", "info", gettext_lazy("Sent to another channel: %(request)s.")),
    RequestEvent.Kind.CLOSED: ("circle-x", "neutral", gettext_lazy("A request was closed: %(request)s.")),
    RequestEvent.Kind.CALLED_OFF: ("undo-2", "neutral", gettext_lazy("A return was called off: %(request)s.")),
}


def _request(_teller: Teller, event: RequestEvent, _actors: Actors) -> Told:
    icon, tone, said = _OF_REQUEST[RequestEvent.Kind(event.kind)]
    request = event.request
    sentence = said % {"request": f"{request.subject} ({request.reference})"}
    reason = event.decision.reason if event.decision else ""
    return Told(icon, tone, event.at, _name(event.by), sentence, reason, reverse("support:request", args=[request.pk]))


def _order(_teller: Teller, order: Order, _actors: Actors) -> Told:
    sentence = _("The order %(order)s was entered.") % {"order": order.number}
    url = reverse("support:order", args=[order.pk])
    return Told("package", "info", order.entered_at, _name(order.entered_by), sentence, url=url)


def _exception(teller: Teller, exception: ReturnException, _actors: Actors) -> Told:
    sentence = _("%(line)s of %(order)s may come back until %(day)s, by exception.") % {
        "line": exception.line,
        "order": exception.line.order.number,
        "day": teller.day(exception.until),
    }
    url = reverse("support:order", args=[exception.line.order_id])
    by = _name(exception.granted_by)
    return Told("calendar-plus", "good", exception.granted_at, by, sentence, exception.reason, url)


def _of_entry(teller: Teller, entry: LedgerEntry) -> dict[str, str]:
    assert entry.service_date is not None
    return {"type": entry.get_session_type_display(), "day": teller.day(entry.service_date)}


def _page_of(contract: Contract) -> str:
    return reverse("sessions:contract", args=[contract.pk])


SENTENCES: dict[str, tuple["QuerySet[Any, Any]", Callable[[Teller, Any, Actors], Told]]] = {
    "opened": (Customer.objects.all(), _opened),
    "joined": (Membership.objects.select_related("user"), _joined),
    "left": (Membership.objects.select_related("user"), _left),
    "contact": (ContactAssignment.objects.select_related("person", "assigned_by"), _contact),
    "act": (AuditEvent.objects.select_related("actor"), _act),
    "signed": (Contract.objects.select_related("package_version__package", "signed_by"), _signed),
    "change": (AuditEvent.objects.select_related("actor"), _change),
    "terms": (TermsAcceptance.objects.select_related("contract__terms", "accepted_by"), _terms),
    "rate": (RateLine.objects.select_related("contract", "created_by"), _rate),
    "ledger": (LedgerEntry.objects.select_related("contract", "created_by", "reverses"), _ledger),
    "waiver": (Waiver.objects.select_related("entry", "proposed_by"), _waiver),
    "decision": (WaiverDecision.objects.select_related("waiver__entry", "decided_by"), _decision),
    "question": (LineQuestion.objects.select_related("entry", "asked_by"), _question),
    "settled": (LineQuestion.objects.select_related("entry", "settled_by"), _settled),
    "session": (SessionEvent.objects.select_related("session", "by"), _session),
    "time_request": (TimeRequestEvent.objects.select_related("request", "by"), _time_request),
    "review": (ReviewEvent.objects.select_related("review__contract", "by"), _review),
    "request": (RequestEvent.objects.select_related("request", "by", "decision"), _request),
    "order": (Order.objects.select_related("entered_by"), _order),
    "exception": (ReturnException.objects.select_related("line__order", "granted_by"), _exception),
    "accepted": (OverageAcceptance.objects.select_related("session", "accepted_by"), _accepted),
}
"""Of each source: its rows with what a sentence needs, and the sentence."""
