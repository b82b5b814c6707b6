"""`/statements/`: what each close billed each customer, and its mark "invoiced as …" (DOMAIN.md §6)."""

from collections.abc import Sequence
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.domain.invoices import LONGEST_REFERENCE, mark_invoiced
from billing.domain.queries import statements_visible_to
from billing.models import Statement
from core.api.fields import CalendarDate, Money, Text, money_text
from customers.api.views import PortalAPIView, PortalListView
from customers.domain.roles import Right
from customers.models import TokenScope


class StatementOutput(serializers.Serializer[Any]):
    """A statement; below or at zero it is a credit."""

    id = serializers.IntegerField()
    reference = serializers.CharField()
    month = serializers.CharField(help_text="YYYY-MM, the month of its close")
    customer = serializers.IntegerField()
    currency = serializers.CharField()
    minutes = serializers.IntegerField()
    amount = Money()
    sha256 = serializers.CharField()
    invoiced_as = serializers.CharField(allow_null=True, help_text="The number that was noted last; null: not yet")
    invoiced_on = serializers.DateField(allow_null=True)


class InvoiceInput(serializers.Serializer[Any]):
    """Under which number of the books the statement was invoiced, and on which day."""

    reference = Text(max_length=LONGEST_REFERENCE)
    invoiced_on = CalendarDate()


def described(statements: Sequence[Statement]) -> list[dict[str, Any]]:
    """Statements of `statements_visible_to` as the API shows them."""
    return list(StatementOutput([_facts(statement) for statement in statements], many=True).data)


def _facts(statement: Statement) -> dict[str, Any]:
    annotated = vars(statement)
    return {
        "id": statement.pk,
        "reference": statement.reference,
        "month": f"{statement.close.month:%Y-%m}",
        "customer": statement.customer_id,
        "currency": statement.currency,
        "minutes": statement.minutes,
        "amount": money_text(statement.amount, statement.currency),
        "sha256": statement.sha256,
        "invoiced_as": annotated["invoiced_as"],
        "invoiced_on": annotated["invoiced_on"],
    }


class StatementList(PortalListView):
    """The statements."""

    see = Right.SEE_BILLING
    scope = TokenScope.BILLING

    @extend_schema(responses=StatementOutput(many=True))
    def get(self, request: Request) -> Response:
        """Every statement in the order in which it was made, with the invoice that was noted for it last."""
        return self.page_of(statements_visible_to(self.person), described)


class StatementInvoiced(PortalAPIView):
    """The mark "invoiced as …" of one statement."""

    see = Right.SEE_BILLING
    scope = TokenScope.BILLING
    acts: ClassVar = {"POST": Right.MARK_INVOICED}
    of = statements_visible_to

    @extend_schema(request=InvoiceInput, responses=StatementOutput, operation_id="mark_statement_invoiced")
    def post(self, request: Request, pk: int) -> Response:
        """Note the invoice's number and day. The same again changes nothing; another one corrects it, and both stay."""
        visible = statements_visible_to(self.person)
        mark_invoiced(statement=self.find(visible, pk), by=self.person, now=self.now, **self.read(InvoiceInput))
        return Response(described([visible.get(pk=pk)])[0])
