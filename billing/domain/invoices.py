"""Marking a statement "invoiced as …" (DOMAIN.md §6): the portal writes no invoices, the books do."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing.models import Statement, StatementInvoice
from core.dates import in_calendar
from core.refusals import InvalidInput, NotAllowed
from customers.domain.roles import Right, rights_of
from customers.models import User

LONGEST_REFERENCE = 60


@transaction.atomic
def mark_invoiced(
    *, statement: Statement, reference: str, invoiced_on: date, by: User, now: datetime
) -> StatementInvoice:
    """Note the number and the day of the invoice. A correction is a new row: the last one counts, all of them stay.

    The same mark again answers with the one that is there.

    :raises NotAllowed: if `by` is not finance
    :raises InvalidInput: without a number, or with a day before the close that made the statement
    """
    if Right.MARK_INVOICED not in rights_of(by):
        raise NotAllowed(_("Statements are marked by finance."))
    reference = reference.strip()
    if not 1 <= len(reference) <= LONGEST_REFERENCE:
        raise InvalidInput(_("Enter the number of the invoice, 60 characters at most."), field="reference")
    if not in_calendar(invoiced_on):
        raise InvalidInput(_("Choose a date between 1990 and 2199."), field="invoiced_on")
    if invoiced_on < statement.close.closed_at.date():
        raise InvalidInput(_("The statement was made after that day."), field="invoiced_on")
    latest = statement.invoices.order_by("-pk").first()
    if latest is not None and (latest.reference, latest.invoiced_on) == (reference, invoiced_on):
        return latest
    return StatementInvoice.objects.create(
        statement=statement, reference=reference, invoiced_on=invoiced_on, marked_by=by, marked_at=now
    )
