"""Finance closed every month but the last one that is over: that one waits for whoever looks at the demo.

All statements but the newest are invoiced, and the customer of the newest close's first one questions a line of it.
"""

from datetime import datetime, timedelta

from billing.domain.closing import close_month, open_months_with_entries, over_at
from billing.domain.invoices import mark_invoiced
from billing.domain.questions import ask_about, write_about
from billing.models import Statement
from core.dates import add_months, local_day, month_of
from customers.domain.queries import admins_of
from customers.models import User
from sessions.domain.periods import closed_through

DAYS_AFTER_THE_END = timedelta(days=2)
ASKED_BEFORE, ANSWERED_BEFORE = timedelta(hours=30), timedelta(hours=26)
ENDED_EARLY_MINUTES = 15


def close_months(*, by: User, now: datetime) -> None:
    """Close month by month, each two days after its end."""
    last_month = add_months(month_of(local_day(now, by.time_zone)), -1)
    for month in open_months_with_entries(before=last_month, through=closed_through()):
        close_month(month=month, by=by, now=over_at(month) + DAYS_AFTER_THE_END)
    statements = list(
        Statement.objects.select_related("close", "customer").order_by("close", "selling_entity", "number")
    )
    for statement in statements[:-1]:
        _invoice(statement, by=by, now=statement.close.closed_at + timedelta(days=1))
    if statements:
        newest = [each for each in statements if each.close_id == statements[-1].close_id]
        _question(newest[0], answered_by=by, now=now)


def _invoice(statement: Statement, *, by: User, now: datetime) -> None:
    reference = f"{now.year}-{statement.number:04d}"
    mark_invoiced(statement=statement, reference=reference, invoiced_on=now.date(), by=by, now=now)


def _question(statement: Statement, *, answered_by: User, now: datetime) -> None:
    """A customer admin questions a line, and finance asks the lead to look."""
    admin = admins_of(statement.customer).order_by("pk").first()
    lines = statement.lines.filter(entry__reversed_by__isnull=True, entry__minutes__gt=ENDED_EARLY_MINUTES)
    line = lines.select_related("entry__contract__customer").order_by("-service_date").first()
    if admin is None or line is None:
        return
    question = ask_about(
        entry=line.entry,
        line=line,
        words="We ended a quarter of an hour early: the room was booked by others.",
        minutes=line.entry.minutes - ENDED_EARLY_MINUTES,
        by=admin,
        now=now - ASKED_BEFORE,
    )
    words = "Thank you. Your lead looks at what was noted, and you hear from us this week."
    write_about(question=question, words=words, by=answered_by, now=now - ANSWERED_BEFORE)
