"""The OpenAPI description: what every operation has in common is said here once."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from core.api.fields import Money
from core.idempotency import HEADER, REPLAYED_HEADER
from core.problems import CODE_OF_STATUS, CONTENT_TYPE, PROBLEMS, plain_problem

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
_ALWAYS = frozenset({"400", "401", "403", "404", "429", "503"})
_OF_ACTS = _ALWAYS | {"409", "413", "415", "422"}
_RETRY_AFTER = {
    "Retry-After": {"description": "Seconds after which to try again", "schema": {"type": "integer", "minimum": 1}}
}
_HEADERS_OF_PROBLEMS: dict[str, dict[str, Any]] = {
    "401": {"WWW-Authenticate": {"description": "How to sign in", "schema": {"type": "string"}}},
    "429": _RETRY_AFTER,
    "503": _RETRY_AFTER,
}
_REPLAYED = {
    REPLAYED_HEADER: {
        "description": "Whether this is the answer that was kept for the Idempotency-Key",
        "schema": {"type": "string", "enum": ["true"]},
    }
}
_DIGITS = r"^-?\d{1,10}(\.\d{1,2})?$"


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
    """Adds to each operation its problems, the token's scope and, where it acts, the idempotency key."""

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it, not the framework
        """What the call is for, and what a token must have been made for."""
        scope = getattr(self.view, "scope", "")
        either = " or `read`" if self.method == "GET" and scope != "read" else ""
        return f"{super().get_description()}\n\nA token needs the scope `{scope}`{either}."

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

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """As the framework describes the fields, and what ours refuse beyond that."""
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]  # drf-spectacular
        for name, field in serializer.fields.items():
            described = schema["properties"].get(name, {})
            if isinstance(field, Money):
                _describe_money(described, reads=direction == "request")
            elif direction == "request":
                described.update(_refused_beyond(field))
        return schema

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        if self.method == "POST":
            for body in bodies.values():
                body["headers"] = _REPLAYED
        for status in sorted(_OF_ACTS if self.method == "POST" else _ALWAYS):
            bodies.setdefault(status, self._problem(status))
        return bodies

    def _problem(self, status: str) -> dict[str, Any]:
        component = self.resolve_serializer(Problem, "response")
        refusals = {*getattr(self.view, "refusals", ()), *_COMMON}
        codes = [code for code, kind in PROBLEMS.items() if str(kind.status) == status and code in refusals]
        examples = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
        return {
            "description": f"{_MEANINGS[status]}: {', '.join(f'`{code}`' for code in codes)}",
            "headers": _HEADERS_OF_PROBLEMS.get(status, {}),
            "content": {CONTENT_TYPE: {"schema": component.ref, "examples": examples}},
        }


def add_problems(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """A hook of the framework's: an example of every problem, to which the operations refer."""
    result["components"]["examples"] = {
        code: {"summary": str(kind.title), "value": plain_problem(code)} for code, kind in PROBLEMS.items()
    }
    return result


def _refused_beyond(field: Any) -> dict[str, Any]:
    """What a field of the input refuses that the framework does not see."""
    keywords: dict[str, Any] = {**getattr(field, "published", {})}
    if isinstance(field, serializers.CharField) and not field.allow_blank:
        keywords["minLength"] = 1
    if isinstance(field, serializers.ListSerializer) and not field.allow_empty:
        keywords["minItems"] = 1
    return keywords


def _describe_money(described: dict[str, Any], *, reads: bool) -> None:
    """A decimal string; what is read may be a JSON number too."""
    text = {"type": "string", "format": "decimal", "pattern": _DIGITS}
    for name in text:
        described.pop(name, None)
    described.update({"anyOf": [text, {"type": "number"}]} if reads else text)
