"""The mails that tell of rendered files: the statement to its billing contact, the end of the work to who closed."""

from datetime import datetime, timedelta

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from billing.domain.files.queries import statements_to_nobody, stored_bytes
from billing.models import BillingFile, Close, Statement
from core.formatting import format_day
from customers.domain.queries import admins_of
from customers.domain.roles import Right, rights_of
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Attachment, Letter, absolute_url
from notifications.domain.outbox import Address, owe
from notifications.models import Message

STATEMENT = "statement"
FILES_READY = "month_files_ready"
NEWS_FOR = timedelta(days=7)
"""Whoever closed a month so long ago has seen its files on the page."""


def register_kinds() -> None:
    """Make these mails known to the outbox; called once by the app's configuration."""
    register(Kind(code=STATEMENT, label=gettext_lazy("Statement to the billing contact"), compose=_write_statement))
    register(Kind(code=FILES_READY, label=gettext_lazy("Files of a closed month"), compose=_write_result))


def statement_key(statement_id: int) -> str:
    """Under which key the mail of a statement is owed: once, for ever."""
    return f"{STATEMENT}:{statement_id}"


def owe_statement(statement: Statement, *, now: datetime) -> None:
    """Owe the billing contact of `statement` its PDF, in their language; nothing where there is no contact.

    The contact is who the statement names, as it was at the close. A customer admin of that address is written to as
    the person they are, anybody else as the customer reads.
    """
    email = statement.particulars.get("billing_email", "")
    if not email:
        return
    customer = statement.customer
    admin = admins_of(customer).filter(email__iexact=email).first()
    contact = Address(statement.particulars["billing_name"], email, customer.language, customer.time_zone)
    owe(
        kind=STATEMENT,
        key=statement_key(statement.pk),
        to=admin or contact,
        facts={},
        due_at=now,
        now=now,
        subject_id=statement.pk,
    )


def owe_result(close: Close, *, now: datetime) -> None:
    """Owe who made `close` the mail that says that all of its files can be downloaded."""
    owe(
        kind=FILES_READY,
        key=f"{FILES_READY}:{close.pk}",
        to=close.closed_by,
        facts={},
        due_at=now,
        now=now,
        subject_id=close.pk,
    )


def _write_statement(message: Message, _now: datetime) -> Letter | None:
    files = BillingFile.objects.filter(statement=message.subject_id or 0, format=BillingFile.Format.PDF)
    file = files.select_related("close", "statement__customer").first()
    if file is None or file.statement is None or not file.is_rendered:
        return None
    statement = file.statement
    subject = _("Credit %(reference)s") if statement.is_credit else _("Statement %(reference)s")
    return Letter(
        subject=f"{subject % {'reference': statement.reference}}, {_month(statement.close)}",
        template="statement",
        context={
            "statement": statement,
            "month": _month(statement.close),
            "seller": statement.get_selling_entity_display(),
            "action_url": absolute_url("billing:statement", statement.pk) if message.recipient else "",
        },
        attachments=[Attachment(name=file.file_name, content=stored_bytes(file), media_type="application/pdf")],
    )


def _write_result(message: Message, now: datetime) -> Letter | None:
    close = Close.objects.get(pk=message.subject_id or 0)
    reader = message.recipient
    if reader is None or Right.SEE_BILLING not in rights_of(reader) or now - close.closed_at > NEWS_FOR:
        return None
    return Letter(
        subject=_("The files of %(month)s are ready") % {"month": _month(close)},
        template="month_files_ready",
        context={
            "month": _month(close),
            "to_nobody": list(statements_to_nobody(close).select_related("customer")),
            "action_url": absolute_url("billing:period", close.month),
        },
    )


def _month(close: Close) -> str:
    return format_day(close.month, get_language() or "en", style="month")
