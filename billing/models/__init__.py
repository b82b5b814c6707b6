"""What a close leaves behind: the close itself, its statements, their lines, the files of them (DOMAIN.md §6)."""

from billing.models.closes import Close
from billing.models.files import BillingFile
from billing.models.statements import Statement, StatementCounter, StatementInvoice, StatementLine

__all__ = ["BillingFile", "Close", "Statement", "StatementCounter", "StatementInvoice", "StatementLine"]
