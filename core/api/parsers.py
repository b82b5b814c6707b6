"""JSON as the standard has it, and nothing else: what another reader would understand differently is refused."""

import json
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

MOST_LEVELS = 20


class StrictJSONParser(BaseParser):
    """Refuses NaN and infinities, names that occur twice, NUL, lone surrogates, and structures nested too deeply.

    Numbers with a fraction become `Decimal`: money is never a float.
    """

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The body's value.

        :raises ParseError: if it is not JSON
        """
        try:
            text = stream.read().decode("utf-8")
            value = json.loads(
                text, parse_constant=_refuse_constant, parse_float=_decimal, object_pairs_hook=_object_of
            )
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error
        except ValueError as error:
            raise ParseError(_("The request is not valid JSON: %(why)s") % {"why": error}) from error
        _check_strings_and_depth(value)
        return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _decimal(text: str) -> Decimal:
    if not math.isfinite(float(text)):
        raise ValueError("a number is too large")
    return Decimal(text)


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name occurs twice in one object")
    return members


def _check_strings_and_depth(value: Any) -> None:
    """Walk the value level by level: recursion would hit Python's own limit first."""
    level = [value]
    for _depth in range(MOST_LEVELS):
        deeper: list[Any] = []
        for item in level:
            if isinstance(item, str):
                _check_string(item)
            elif isinstance(item, dict):
                deeper += [*item.keys(), *item.values()]
            elif isinstance(item, list):
                deeper += item
        if not deeper:
            return
        level = deeper
    raise ParseError(_("The JSON is nested too deeply."))


def _check_string(text: str) -> None:
    if "\0" in text:
        raise ParseError(_("A text holds the character NUL."))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ParseError(_("A text holds half a character (a lone surrogate).")) from error
