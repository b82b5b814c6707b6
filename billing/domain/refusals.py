"""How the close says no."""

from core.refusals import Refusal


class PeriodNotOver(Refusal):
    code = "period_not_over"


class EarlierMonthOpen(Refusal):
    """`facts["months"]`: the open months that hold time entries, as `YYYY-MM`."""

    code = "earlier_month_open"


class UnpricedEntries(Refusal):
    """`facts["entries"]`: the ids of the time entries without a rate in force, the first hundred of them."""

    code = "unpriced_entries"


class SumsDoNotMeet(Refusal):
    """What the close would bill does not account for every delivered minute: nothing is closed."""

    code = "sums_do_not_meet"
