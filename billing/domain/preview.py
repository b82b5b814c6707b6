"""What the coming closes would bill, as things stand now: it changes with every entry and changes nothing (§6)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from billing.domain.lines import Closing, Due, due_entries
from core.dates import month_of
from sessions.domain.periods import closed_through, latest_close_number, open_months_up_to


def previews(*, until: date) -> dict[date, list[Due]]:
    """The lines that would be billed for each open month up to the one of `until`, by its first day.

    Each entry stands under the month of its service date. What differs for months that are closed stands under the
    first open month with time entries, whose close will bill it.
    """
    until = month_of(until)
    through = closed_through()
    if through is not None and until <= through:
        return {}
    closing = Closing(latest_close_number() + 1, tuple(open_months_up_to(until)), through)
    by_month: dict[date, list[Due]] = defaultdict(list)
    differences: list[Due] = []
    delivered: set[date] = set()
    for _account, due in due_entries(closing):
        for each in due:
            assert each.entry.service_date is not None
            month = month_of(each.entry.service_date)
            if each.of_earlier_month:
                differences.append(each)
                continue
            if not each.entry.share.is_reversed:
                delivered.add(month)
            by_month[month].append(each)
    by_month[min(delivered, default=until)] += differences
    return {month: _in_order(due) for month, due in by_month.items()}


def _in_order(due: Iterable[Due]) -> list[Due]:
    return sorted((each for each in due if each.bills), key=lambda each: (each.entry.service_date, each.entry.pk))
