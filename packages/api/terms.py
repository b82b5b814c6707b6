"""`/terms/` and accepting a contract's terms."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import Instant, Text
from core.client_address import client_address
from core.refusals import InvalidInput
from customers.api.views import PortalAPIView, PortalListView
from customers.domain.roles import Right
from customers.models import TokenScope
from packages.domain.contracts import contracts_visible_to
from packages.domain.terms import PREVAILING_LANGUAGE, accept_terms
from packages.models import TermsText


class TermsOutput(serializers.Serializer[Any]):
    """One language of one version of the service terms."""

    version = serializers.CharField()
    language = serializers.CharField()
    in_force_from = serializers.DateField()
    prevails = serializers.BooleanField(help_text="English prevails, except where applicable local law says otherwise")
    title = serializers.CharField()
    body = serializers.CharField()
    sha256 = serializers.CharField(help_text="Of the UTF-8 body")


class AcceptanceInput(serializers.Serializer[Any]):
    """Which text was read: its version is the one that the contract names."""

    version = Text(max_length=20)
    language = Text(max_length=5)


class AcceptanceOutput(serializers.Serializer[Any]):
    """What was accepted, by whom, when."""

    contract = serializers.IntegerField()
    version = serializers.CharField()
    language = serializers.CharField()
    sha256 = serializers.CharField()
    accepted_by = serializers.EmailField()
    accepted_at = Instant()


def described(texts: list[TermsText]) -> list[dict[str, Any]]:
    """The texts as the API shows them."""
    return [
        {
            "version": text.terms.version,
            "language": text.language,
            "in_force_from": text.terms.in_force_from.isoformat(),
            "prevails": text.language == PREVAILING_LANGUAGE,
            "title": text.title,
            "body": text.body,
            "sha256": text.sha256,
        }
        for text in texts
    ]


class TermsList(PortalListView):
    """The service terms: documents that are the same for every customer."""

    see = Right.SEE_CONTRACTS
    scope = TokenScope.READ
    ordering = ("terms__in_force_from", "pk")

    @extend_schema(responses=TermsOutput(many=True))
    def get(self, request: Request) -> Response:
        """Every version in every language, the oldest first."""
        return self.page_of(TermsText.objects.select_related("terms"), described)


class AcceptTerms(PortalAPIView):
    """Accepting a contract's terms."""

    see = Right.SEE_CONTRACTS
    scope = TokenScope.BOOK

    @extend_schema(request=AcceptanceInput, responses=AcceptanceOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Accept the contract's terms: by a customer admin, once; accepting again keeps the first acceptance."""
        contract = self.find(contracts_visible_to(self.person).select_related("terms"), pk)
        data = self.read(AcceptanceInput)
        if data["version"] != contract.terms.version:
            raise InvalidInput(
                _("This contract names version %(version)s of the terms.") % {"version": contract.terms.version},
                field="version",
            )
        acceptance = accept_terms(
            contract=contract,
            by=self.person,
            language=data["language"],
            from_address=client_address(request),
            now=self.now,
        )
        return Response(
            AcceptanceOutput(
                {
                    "contract": contract.pk,
                    "version": contract.terms.version,
                    "language": acceptance.text.language,
                    "sha256": acceptance.sha256,
                    "accepted_by": acceptance.accepted_by.email,
                    "accepted_at": acceptance.accepted_at,
                }
            ).data
        )
