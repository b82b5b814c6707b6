"""What a close leaves behind: the close itself, its statements and their lines (DOMAIN.md §6)."""

from billing.models.closes import Close
from billing.models.statements import Statement, StatementCounter, StatementInvoice, StatementLine

__all__ = ["Close", "Statement", "StatementCounter", "StatementInvoice", "StatementLine"]
