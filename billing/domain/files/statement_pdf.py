"""A statement on paper: tagged PDF in the customer's language, the same bytes each time (DOMAIN.md §6, §10)."""

import json
from pathlib import Path
from typing import IO, Any, Literal

import typst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.domain.files.billed_lines import Progress, chunks
from billing.domain.files.subjects import Subject
from billing.models import Statement, StatementLine
from core.formatting import format_day, format_minutes, format_money
from packages.domain.terms import AGREEMENT_URL

TEMPLATE = Path(__file__).with_name("statement.typ")
ACCESSIBLE: Literal["ua-1"] = "ua-1"
AGREEMENT = "Oura for Business Products and Services Agreement"


def write_pdf(subject: Subject, file: IO[bytes], progress: Progress) -> None:
    """The statement of `subject`, in the active language. Its fonts come with the library, none from the system."""
    assert subject.statement is not None
    data = json.dumps(_data(subject, subject.statement, progress), sort_keys=True)
    file.write(_compiled(data, subject))


def _compiled(data: str, subject: Subject) -> bytes:
    """The PDF, by the standard of accessible ones wherever the fonts have every letter of it."""
    compiler = typst.Compiler(TEMPLATE, ignore_system_fonts=True, sys_inputs={"data": data})
    made_at = subject.closed_at.replace(microsecond=0)  # what a PDF can say
    try:
        return _bytes(compiler.compile(format="pdf", pdf_standards=ACCESSIBLE, timestamp=made_at))
    except typst.TypstError:
        # The standard forbids letters that no font can draw; then better a tagged PDF without it than none.
        return _bytes(compiler.compile(format="pdf", timestamp=made_at))


def _bytes(compiled: Any) -> bytes:
    assert isinstance(compiled, bytes)
    return compiled


def _data(subject: Subject, statement: Statement, progress: Progress) -> dict[str, Any]:
    """Every word and figure of the page, as text."""
    language = get_language() or "en"
    amount = format_money(statement.amount, statement.currency, language)
    title = _("Credit %(reference)s") if statement.is_credit else _("Statement %(reference)s")
    day = subject.closed_at.date()
    lines = [_line(line, language) for chunk in chunks(subject.lines(), progress) for line in chunk]
    return {
        "language": language,
        "title": title % {"reference": statement.reference},
        "subtitle": _("Consulting and training beyond the package, %(month)s")
        % {"month": format_day(subject.month, language, style="month")},
        "seller": statement.get_selling_entity_display(),
        "date": {"year": day.year, "month": day.month, "day": day.day},
        "billing_name": statement.particulars["billing_name"],
        "address": statement.particulars["billing_address"].splitlines(),
        "particulars": _particulars(statement, format_day(day, language, style="long")),
        "totals": [{"label": _("Total"), "minutes": _of_overage(statement.minutes), "amount": amount}],
        "heads": [_("Date"), _("Session"), _("Meeting"), _("Delivered by"), _("Time"), _("Hourly rate"), _("Amount")],
        "lines": lines,
        "total_minutes": format_minutes(statement.minutes),
        "total_amount": amount,
        "sentences": _sentences(statement),
        "agreement_url": AGREEMENT_URL,
        "sha256": statement.sha256,
        "words": {
            "made_out_to": _("Made out to"),
            "total": _("Total"),
            "sha256": _("SHA-256 of the statement"),
        },
    }


def _particulars(statement: Statement, day: str) -> list[tuple[str, str]]:
    """What stands beside the address; what the customer has not told is left out."""
    particulars = statement.particulars
    rows = [
        (_("Customer"), statement.customer.name),
        (_("Closed on"), day),
        (_("VAT id"), particulars["vat_id"]),
        (_("Purchase order"), particulars["purchase_order"]),
        (_("Currency"), statement.currency),
    ]
    return [(label, text) for label, text in rows if text]


def _line(line: StatementLine, language: str) -> dict[str, str]:
    currency = line.statement.currency
    delivered = line.reason == StatementLine.Reason.DELIVERED
    return {
        "date": format_day(line.service_date, language),
        "session": line.entry.session.reference if line.entry.session is not None else "\N{EN DASH}",
        "meeting": line.entry.get_session_type_display(),
        "reason": "" if delivered else line.get_reason_display(),
        "staff": str(line.entry.staff),
        "minutes": format_minutes(line.minutes),
        "rate": "" if line.hourly_rate is None else format_money(line.hourly_rate, currency, language),
        "amount": format_money(line.amount, currency, language),
    }


def _of_overage(minutes: int) -> str:
    return _("%(minutes)s of overage") % {"minutes": format_minutes(minutes)}


def _sentences(statement: Statement) -> list[str]:
    sentences = [
        _("All amounts are without VAT. This is a statement of what was delivered; the invoice follows it."),
        _("Times are hours and minutes. An amount below zero takes back what an earlier statement billed."),
        _("Overage is billed under the %(agreement)s.") % {"agreement": AGREEMENT},
        _("The English text of the service terms prevails, except where applicable local law provides otherwise."),
    ]
    if statement.is_credit:
        sentences.insert(0, _("Nothing is to be paid: the total is a credit."))
    return sentences
