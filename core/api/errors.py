"""Every exception that a call may end with, as a problem (RFC 9457)."""

import logging
import math
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.settings import api_settings

from core.database_errors import is_unreachable, worth_another_try
from core.problems import CODE_OF_STATUS, PROBLEMS, InputError, problem_response
from core.refusals import InvalidInput, Refusal

log = logging.getLogger(__name__)


_PLAIN: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((Http404,), "not_found"),
    ((PermissionDenied,), "not_allowed"),
    ((RequestDataTooBig,), "too_large"),
    ((SuspiciousOperation, BadRequest, UnreadablePostError, MultiPartParserError), "invalid"),
)


def exception_handler(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """The answer for `error`, or None for what is our own fault and goes on to be a 500.

    A view may name the input's fields otherwise than the rules do: its `spelling` translates them, such as
    `{"ends_on": "end_date"}`; an empty name means the input as a whole.
    """
    if isinstance(error, Refusal):
        return _of_a_rule(error, getattr(context.get("view"), "spelling", {}))
    if isinstance(error, ValidationError):
        faults = list(_faults_in(error.detail))
        return problem_response(code="invalid", detail=_in_short(faults), errors=faults)
    if isinstance(error, APIException):
        return _of_the_framework(error)
    code = _code_of(error)
    return problem_response(code=code) if code else None


def _code_of(error: Exception) -> str | None:
    if worth_another_try(error) or is_unreachable(error):
        return "busy"
    if isinstance(error, DataError):
        log.warning("a value came through that the database cannot read", exc_info=error)
        return "invalid"
    return next((code for kinds, code in _PLAIN if isinstance(error, kinds)), None)


def _of_a_rule(refusal: Refusal, spelling: Mapping[str, str]) -> HttpResponse:
    faults = []
    if isinstance(refusal, InvalidInput):
        field = spelling.get(refusal.field, refusal.field)
        faults.append(InputError(f"/{_escaped(field)}" if field else "", "invalid", str(refusal)))
    return problem_response(code=refusal.code, detail=refusal, errors=faults, facts=refusal.facts)


def _of_the_framework(error: APIException) -> HttpResponse:
    code = str(error.get_codes()) if isinstance(error.detail, str) else ""
    if code not in PROBLEMS:
        code = CODE_OF_STATUS.get(error.status_code, "invalid")
    headers: dict[str, str] = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(math.ceil(max(wait, 1)))
    return problem_response(code=code, status=error.status_code, detail=error.detail, headers=headers)


def _faults_in(detail: Any, pointer: str = "") -> Iterator[InputError]:
    """Flatten the framework's nested errors; what concerns an object as a whole points at the object."""
    if isinstance(detail, ErrorDetail):
        yield InputError(pointer, detail.code or "invalid", str(detail))
    elif isinstance(detail, Mapping):
        for name, inner in detail.items():
            whole = name == api_settings.NON_FIELD_ERRORS_KEY
            yield from _faults_in(inner, pointer if whole else f"{pointer}/{_escaped(str(name))}")
    else:
        for place, inner in enumerate(detail):
            yield from _faults_in(inner, pointer if isinstance(inner, ErrorDetail) else f"{pointer}/{place}")


def _escaped(name: str) -> str:
    """A name as a part of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _in_short(faults: list[InputError]) -> str:
    if len(faults) == 1:
        return faults[0].detail
    return _("%(number)s things in the request are not valid: see `errors`.") % {"number": len(faults)}
