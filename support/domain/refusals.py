"""How support says no. Codes are those of the API; each sentence is written where the rule refuses."""

from core.refusals import Refusal


class WrongState(Refusal):
    """The request is in a state from which this cannot be done."""

    code = "request_moved_on"


class ReturnClosed(Refusal):
    """The last day for a return has passed: `facts["lines"]` are the lines, each with its last day."""

    code = "return_closed"


class ReceiptNotRecorded(Refusal):
    """Nobody recorded when the order was received: `facts["lines"]` are the ids of the lines."""

    code = "receipt_not_recorded"


class MoreThanBought(Refusal):
    """More would come back than is left of what was bought: `facts["lines"]`, each with what is left."""

    code = "more_than_bought"


class ImportNotOpen(Refusal):
    """The import was written or discarded before."""

    code = "import_not_open"
