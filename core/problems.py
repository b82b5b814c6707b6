"""Problem details (RFC 9457): the one form in which the API says no, and the status of every code (API.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import JsonResponse
from django.utils.translation import gettext_lazy as _

CONTENT_TYPE = "application/problem+json"
BUSY = 503
TRY_AGAIN_AFTER_SECONDS = 2


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """What holds for every problem of one code; `title` is a lazy sentence that is the same each time."""

    status: int
    title: Any


PROBLEMS: dict[str, ProblemKind] = {
    # What was sent cannot be right.
    "invalid": ProblemKind(400, _("Something in the request is not valid.")),
    "too_long_for_type": ProblemKind(400, _("Longer than this type of session may be.")),
    "outside_contract": ProblemKind(400, _("Outside the contract's term.")),
    "in_the_future": ProblemKind(400, _("This has not happened yet.")),
    "too_soon": ProblemKind(400, _("Too short a notice.")),
    "outside_window": ProblemKind(400, _("Outside the window.")),
    # Who is asking, and what they may do.
    "not_signed_in": ProblemKind(401, _("Sign in or send a token.")),
    "not_allowed": ProblemKind(403, _("You may not do this.")),
    "read_only_token": ProblemKind(403, _("This token may only read.")),
    "not_found": ProblemKind(404, _("There is nothing here.")),
    # How it was asked.
    "method_not_allowed": ProblemKind(405, _("This address does not take that method.")),
    "too_large": ProblemKind(413, _("The request is too large.")),
    "unsupported_media_type": ProblemKind(415, _("Send JSON.")),
    "idempotency_key_reused": ProblemKind(422, _("This key was used for another request.")),
    "throttled": ProblemKind(429, _("Too many requests.")),
    # What stands against it now.
    "slot_taken": ProblemKind(409, _("The time is taken.")),
    "outside_availability": ProblemKind(409, _("Nobody is available then.")),
    "meetings_in_the_way": ProblemKind(409, _("Meetings are booked in that time.")),
    "too_late": ProblemKind(409, _("It is too late for this.")),
    "terms_not_accepted": ProblemKind(409, _("The terms have not been accepted.")),
    "overage_not_accepted": ProblemKind(409, _("The overage has not been accepted.")),
    "unpriced": ProblemKind(409, _("There is no rate in force.")),
    "already_logged": ProblemKind(409, _("This time has been logged already.")),
    "already_reversed": ProblemKind(409, _("This has been reversed already.")),
    "already_waived": ProblemKind(409, _("This has been waived already.")),
    "moves_not_seen": ProblemKind(409, _("More changes than what was shown.")),
    "period_closed": ProblemKind(409, _("The month is closed.")),
    "period_not_over": ProblemKind(409, _("The month is not over.")),
    "earlier_month_open": ProblemKind(409, _("An earlier month is open.")),
    "unpriced_entries": ProblemKind(409, _("Some time has no price.")),
    "sums_do_not_meet": ProblemKind(409, _("The statements do not account for every minute.")),
    "person_still_needed": ProblemKind(409, _("Something hangs on this person still.")),
    "already_questioned": ProblemKind(409, _("There is an open question about this.")),
    "question_settled": ProblemKind(409, _("This question has been settled.")),
    "nothing_corrected": ProblemKind(409, _("Nothing has been corrected yet.")),
    "not_resendable": ProblemKind(409, _("This mail cannot be sent again.")),
    "draft_moved": ProblemKind(409, _("The draft has moved on.")),
    "import_not_open": ProblemKind(409, _("This import was started, finished or discarded before.")),
    "request_moved_on": ProblemKind(409, _("This request has changed in the meantime.")),
    "return_closed": ProblemKind(409, _("The last day for a return has passed.")),
    "receipt_not_recorded": ProblemKind(409, _("Nobody recorded when this was received.")),
    "more_than_bought": ProblemKind(409, _("More would come back than was bought.")),
    "idempotency_in_progress": ProblemKind(409, _("The first request with this key is still running.")),
    # Our side.
    "server_error": ProblemKind(500, _("Something went wrong on our side.")),
    "busy": ProblemKind(503, _("The portal is busy: try again in a moment.")),
}

CODE_OF_STATUS: dict[int, str] = {
    400: "invalid",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "throttled",
    500: "server_error",
    503: "busy",
}
"""What a status says where no rule of the product gave a code."""


@dataclass(frozen=True, slots=True)
class InputError:
    """One fault of the input: `pointer` is a JSON pointer into the body, or names the parameter of the address."""

    pointer: str
    code: str
    detail: str

    def as_json(self) -> dict[str, str]:
        """As API.md spells it."""
        return {"pointer": self.pointer, "code": self.code, "detail": self.detail}


def status_of(code: str) -> int:
    """The HTTP status of a problem's code. A code that the table forgot is a conflict, and the tests find it."""
    kind = PROBLEMS.get(code)
    return kind.status if kind is not None else 409


def plain_problem(code: str) -> dict[str, Any]:
    """A problem of that code as it looks where nothing more is known of it."""
    title = str(PROBLEMS[code].title) if code in PROBLEMS else code
    kind = f"{settings.PORTAL_BASE_URL}/api/problems/{code}/"
    return {"type": kind, "title": title, "status": status_of(code), "detail": title, "code": code}


def problem_response(
    *,
    code: str = "",
    status: int = 0,
    detail: object = "",
    errors: Sequence[InputError] = (),
    facts: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JsonResponse:
    """The answer for a problem, named by its `code`, or by its `status` where no rule gave a code.

    `detail` is a sentence about this occurrence (the code's title if there is none); `facts` are members that the code
    brings along, JSON-ready. A 503 always says when to try again.
    """
    code = code or CODE_OF_STATUS.get(status, "invalid")
    status = status or status_of(code)
    body: dict[str, Any] = {**(facts or {}), **plain_problem(code), "status": status}
    if detail:
        body["detail"] = str(detail)
    if errors:
        body["errors"] = [error.as_json() for error in errors]
    answer_headers = dict(headers or {})
    if status == BUSY:
        answer_headers.setdefault("Retry-After", str(TRY_AGAIN_AFTER_SECONDS))
    return JsonResponse(body, DjangoJSONEncoder, status=status, content_type=CONTENT_TYPE, headers=answer_headers)
