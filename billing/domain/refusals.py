"""How billing says no."""

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


class AlreadyQuestioned(Refusal):
    """Somebody asked about this entry, and the question is open."""

    code = "already_questioned"


class QuestionSettled(Refusal):
    """The question has its outcome, for good."""

    code = "question_settled"


class NothingCorrected(Refusal):
    """Only what was corrected can be upheld."""

    code = "nothing_corrected"
