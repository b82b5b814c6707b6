"""`/customers/`: the organisations that the caller sees, and opening an account for one."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import Country, Currency, Email, Text
from customers.api.fields import StaffByEmail
from customers.api.views import PortalAPIView, PortalListView
from customers.domain.customers import create_customer
from customers.domain.main_contacts import main_contacts_of
from customers.domain.queries import customers_visible_to
from customers.domain.roles import Right
from customers.models import Customer, TokenScope
from home.domain.primary_contact import invite_primary_contact


class CustomerInput(serializers.Serializer[Any]):
    """A customer to be. The primary contact is invited as customer admin; an unknown address becomes a person."""

    name = Text()
    country = Country(help_text="ISO 3166-1 alpha-2")
    time_zone = Text(max_length=64, help_text="IANA name, such as Europe/Rome")
    language = serializers.ChoiceField(choices=["en", "it"])
    currency = Currency()
    lead = StaffByEmail(required=False, allow_null=True)
    primary_contact = Email(required=False, allow_null=True)


class CustomerOutput(serializers.Serializer[Any]):
    """A customer, its main contacts by e-mail address."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    country = serializers.CharField()
    time_zone = serializers.CharField()
    language = serializers.CharField()
    currency = serializers.CharField()
    lead = serializers.EmailField(allow_null=True)
    primary_contact = serializers.EmailField(
        allow_null=True, help_text="Until one is designated, the customer's first admin"
    )


def described(customers: list[Customer]) -> list[dict[str, Any]]:
    """The customers as the API shows them, with two queries for all."""
    contacts = main_contacts_of(customers)
    return [
        {
            "id": customer.pk,
            "name": customer.name,
            "country": customer.country,
            "time_zone": customer.time_zone,
            "language": customer.language,
            "currency": customer.currency,
            "lead": getattr(contacts[customer.pk].lead, "email", None),
            "primary_contact": getattr(contacts[customer.pk].primary_contact, "email", None),
        }
        for customer in customers
    ]


class CustomerList(PortalListView):
    """The customers that the caller sees; operations add them."""

    see = Right.SEE_CUSTOMERS
    scope = TokenScope.MANAGE
    acts: ClassVar = {"POST": Right.MANAGE_CUSTOMERS}
    spelling: ClassVar = {"email": "primary_contact"}
    ordering = ("name", "pk")

    @extend_schema(responses=CustomerOutput(many=True))
    def get(self, request: Request) -> Response:
        """The customers that the caller sees, by name."""
        return self.page_of(customers_visible_to(self.person), described)

    @extend_schema(request=CustomerInput, responses={201: CustomerOutput})
    def post(self, request: Request) -> Response:
        """Open an account: by operations."""
        data = self.read(CustomerInput)
        address = data.pop("primary_contact", None)
        customer = create_customer(
            name=data["name"],
            country=data["country"],
            time_zone=data["time_zone"],
            language=data["language"],
            currency=data["currency"],
            lead=data.get("lead"),
            by=self.person,
            now=self.now,
        )
        if address:
            invite_primary_contact(customer=customer, email=address, by=self.person, now=self.now)
        return Response(described([customer])[0], status=201)


class CustomerDetail(PortalAPIView):
    """One customer."""

    see = Right.SEE_CUSTOMERS
    scope = TokenScope.MANAGE

    @extend_schema(responses=CustomerOutput)
    def get(self, request: Request, pk: int) -> Response:
        """One customer."""
        return Response(described([self.find(customers_visible_to(self.person), pk)])[0])
