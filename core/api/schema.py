"""The OpenAPI description: what every operation has in common is said here once."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from core.idempotency import HEADER
from core.problems import CODE_OF_STATUS, CONTENT_TYPE, PROBLEMS

_MEANINGS: dict[str, str] = {
    "400": "The input is not valid",
    "401": "Not signed in",
    "403": "Seen, but not allowed",
    "404": "Not there, or not for this person",
    "409": "Something stands against it now",
    "413": "The body is too large",
    "415": "The body is not JSON",
    "422": "The idempotency key belongs to another request",
    "429": "Too many requests",
    "503": "A lock could not be had in time: try again after `Retry-After` seconds",
}
# What any call may answer; what else a view's rules refuse stands in its `refusals`.
_COMMON = frozenset({*CODE_OF_STATUS.values(), "read_only_token", "idempotency_key_reused", "idempotency_in_progress"})
_ALWAYS = frozenset({"401", "404", "429", "503"})
_OF_ACTS = _ALWAYS | {"400", "403", "409", "413", "415", "422"}


class InputFault(serializers.Serializer[Any]):
    """One fault of the input."""

    pointer = serializers.CharField(help_text="JSON pointer into the body, or the name of a parameter")
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """Problem details (RFC 9457). Some codes bring members of their own, such as `nearest` or `quote`."""

    type = serializers.URLField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """All of them: `errors` is a word of the serializer's own, so it cannot be declared as the others are."""
        return {**super().get_fields(), "errors": InputFault(many=True, required=False)}


class PortalSchema(AutoSchema):
    """Adds to each operation its problems and, where it acts, the idempotency key."""

    def get_override_parameters(self) -> list[Any]:
        """The idempotency key of a POST."""
        if self.method != "POST":
            return []
        return [
            OpenApiParameter(
                HEADER,
                {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"},
                OpenApiParameter.HEADER,
                description="The same key with the same request acts once and is answered alike for 24 hours.",
            )
        ]

    def get_operation_id(self) -> str:
        """An act is named by its path: `sessions_cancel`, not `sessions_cancel_create`."""
        named = super().get_operation_id()
        is_act = self.method == "POST" and len(self._tokenize_path()) > 1
        return named.removesuffix("_create") if is_act else named

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """What is given out is called by its word alone: `Contract`, beside `ContractInput`."""
        return super().get_serializer_name(serializer, direction).removesuffix("Output")

    def get_tags(self) -> list[str]:
        """The resource that the path begins with."""
        return [part for part in self.path.removeprefix("/api/v1/").split("/") if part][:1]

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for status in sorted(self._statuses_of_problems()):
            bodies.setdefault(status, self._problem(status))
        return bodies

    def _statuses_of_problems(self) -> frozenset[str]:
        if self.method == "POST":
            return _OF_ACTS
        acts = getattr(self.view, "acts", {})
        return _ALWAYS | {"400"} | ({"403"} if self.method in acts else set())

    def _problem(self, status: str) -> dict[str, Any]:
        component = self.resolve_serializer(Problem, "response")
        refusals = {*getattr(self.view, "refusals", ()), *_COMMON}
        codes = ", ".join(
            f"`{code}`" for code, kind in PROBLEMS.items() if str(kind.status) == status and code in refusals
        )
        return {
            "description": f"{_MEANINGS[status]}: {codes}" if codes else _MEANINGS[status],
            "content": {CONTENT_TYPE: {"schema": component.ref}},
        }
