"""What lists can be narrowed to."""

from typing import Any

from rest_framework import serializers

from customers.api.fields import Visible
from customers.domain.queries import customers_visible_to
from packages.domain.contracts import contracts_visible_to


class OfCustomer(serializers.Serializer[Any]):
    """Rows of one customer alone."""

    customer = Visible(customers_visible_to, in_address=True, required=False)


class OfContract(serializers.Serializer[Any]):
    """Rows of one contract alone."""

    contract = Visible(contracts_visible_to, in_address=True, required=False)
