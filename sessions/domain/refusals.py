"""How booking and the ledger say no. Codes are those of the API; each sentence is written where the rule refuses."""

from core.refusals import Refusal


class InTheFuture(Refusal):
    code = "in_the_future"


class OutsideContract(Refusal):
    code = "outside_contract"


class TooLongForType(Refusal):
    code = "too_long_for_type"


class AlreadyLogged(Refusal):
    code = "already_logged"


class AlreadyReversed(Refusal):
    code = "already_reversed"


class AlreadyWaived(Refusal):
    code = "already_waived"


class MovesNotSeen(Refusal):
    """It would move minutes of other entries that the person was not shown: the preview is shown anew."""

    code = "moves_not_seen"


class PeriodClosed(Refusal):
    code = "period_closed"


class SlotTaken(Refusal):
    """`facts["nearest"]`: the nearest free times, `{"starts_at", "ends_at", "staff"}` each."""

    code = "slot_taken"


class OutsideAvailability(Refusal):
    """`facts["nearest"]` as with `SlotTaken`."""

    code = "outside_availability"


class TooSoon(Refusal):
    code = "too_soon"


class TooLate(Refusal):
    """`facts["call"]`: whom to call instead, `{"name", "email", "phone"}`."""

    code = "too_late"


class TermsNotAccepted(Refusal):
    code = "terms_not_accepted"


class OverageNotAccepted(Refusal):
    """`quote`: what the booking would cost now."""

    code = "overage_not_accepted"


class AboveCap(OverageNotAccepted):
    """The customer's own cap: somebody they named has to accept it. `cap`: month, limit, what it would be, approver."""


class Unpriced(Refusal):
    code = "unpriced"


class WrongState(Refusal):
    """The session is in a state from which this cannot be done."""

    code = "invalid"
