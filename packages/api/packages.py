"""`/packages/`: what can be bought."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api.views import PortalListView
from customers.domain.roles import Right
from customers.models import TokenScope
from packages.domain.queries import versions_on_sale
from packages.models import PackageVersion


class PackageOutput(serializers.Serializer[Any]):
    """The newest version of a package."""

    code = serializers.CharField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    included_minutes = serializers.IntegerField()
    window_days = serializers.IntegerField(allow_null=True, help_text="null: the contract's whole term")
    review_count = serializers.IntegerField()
    review_cadence = serializers.ChoiceField(choices=["quarterly", "monthly"], allow_null=True)


def described(versions: list[PackageVersion]) -> list[dict[str, Any]]:
    """The versions as the API shows them."""
    return [
        {
            "code": version.package.code,
            "name": version.package.name,
            "version": version.version,
            "included_minutes": version.included_minutes,
            "window_days": version.window_days,
            "review_count": version.review_count,
            "review_cadence": version.review_cadence or None,
        }
        for version in versions
    ]


class PackageList(PortalListView):
    """The catalogue."""

    see = Right.SEE_OWN_ACCOUNT
    scope = TokenScope.READ
    ordering = ("package__pk", "pk")

    @extend_schema(responses=PackageOutput(many=True))
    def get(self, request: Request) -> Response:
        """The packages as a contract signed today gets them."""
        return self.page_of(versions_on_sale(), described)
