"""What a close leaves behind, its statements, lines and files, and what is asked about them (DOMAIN.md §6)."""

from billing.models.closes import Close
from billing.models.files import BillingFile
from billing.models.questions import LineQuestion, QuestionMessage
from billing.models.statements import Statement, StatementCounter, StatementInvoice, StatementLine

__all__ = [
    "BillingFile",
    "Close",
    "LineQuestion",
    "QuestionMessage",
    "Statement",
    "StatementCounter",
    "StatementInvoice",
    "StatementLine",
]
