"""Logging time, from a session or freely on a contract (DOMAIN.md §4; §7 for meetings that did not take place)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.dates import local_day
from core.form_refusals import show_refusal
from core.formatting import format_minutes
from core.refusals import NotAllowed, Refusal
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from packages.domain.contracts import contracts_visible_to, may_log_on
from packages.domain.windows import window_of
from packages.models import Contract
from packages.session_types import SessionType
from sessions.domain import ledger
from sessions.domain.expected_time import ExpectedTime, expected_time
from sessions.domain.numbers import numbers_of
from sessions.domain.previews import Preview, preview_time
from sessions.domain.queries import sessions_visible_to
from sessions.domain.refusals import MovesNotSeen
from sessions.forms.logging import BESIDE, TimeEntryForm
from sessions.models import ConsultingSession
from sessions.views.moves import MARK, MovesShown
from sessions.views.reasons import Reason, reasons_of

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422


@requires(Right.SEE_STAFF_AREA, to=Right.LOG_TIME, of=sessions_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def log_session(request: PortalRequest, pk: int) -> HttpResponse:
    """Log what a session took: type, start and minutes are filled in from its booking."""
    session = get_object_or_404(sessions_visible_to(request.user), pk=pk)
    contract = get_object_or_404(contracts_visible_to(request.user), pk=session.contract_id)
    return _Logging(request, contract, session, expected_time(session)).answer()


@requires(Right.SEE_STAFF_AREA, to=Right.LOG_TIME, of=contracts_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def log_free(request: PortalRequest, pk: int) -> HttpResponse:
    """Log minutes on a contract without a booked session."""
    contract = get_object_or_404(contracts_visible_to(request.user), pk=pk)
    return _Logging(request, contract, None, None).answer()


@dataclass(slots=True)
class _Logging:
    """One request to the page. Typing asks for a preview (htmx, or the button without JavaScript), saving saves.

    An entry that moves the minutes of others is saved only by somebody who was shown which: the form carries the mark
    of the moves that are on its screen.
    """

    request: PortalRequest
    contract: Contract
    session: ConsultingSession | None
    expected: ExpectedTime | None
    now: datetime = field(default_factory=timezone.now)

    def answer(self) -> HttpResponse:
        if not may_log_on(self.request.user, self.contract):
            raise PermissionDenied(_("Time is logged by staff who deliver this package to this customer."))
        if self.request.method != "POST":
            return self._filled_in()
        form = self._form(self.request.POST)
        preview: Preview | None = None
        if form.is_valid():
            entry = form.entry()
            try:
                if self._is_to_save and (saved := self._save(entry)) is not None:
                    return saved
                preview = self._preview(entry)
            except NotAllowed as refusal:
                raise PermissionDenied(str(refusal)) from refusal
            except Refusal as refusal:
                preview = None
                show_refusal(form, refusal, beside=BESIDE)
        return self._page(form, preview, self._reasons(preview, form.cleaned_data))

    def _filled_in(self) -> HttpResponse:
        """The form as the booking fills it in, with what that would draw where it can be logged."""
        form = self._form(None)
        preview: Preview | None = None
        entry: dict[str, Any] = {}
        if self.expected is not None and self.expected.took_place and self.expected.minutes is not None:
            entry = {
                "session_type": self.expected.session_types[0].value,
                "started_at": self.expected.started_at,
                "minutes": self.expected.minutes,
            }
            try:
                preview = self._preview(entry)
            except Refusal as refusal:
                return self._page(form, None, [], problems=[str(refusal)])
        return self._page(form, preview, self._reasons(preview, entry))

    @property
    def _is_to_save(self) -> bool:
        return not self.request.htmx and "preview" not in self.request.POST

    @property
    def _context_of_entry(self) -> dict[str, Any]:
        """What an entry takes from the page rather than from the form."""
        basis = {"basis": self.expected.basis} if self.expected else {}
        return {"contract": self.contract, "staff": self.request.user, "session": self.session, **basis}

    def _form(self, typed: Any) -> TimeEntryForm:
        zone = self.request.user.time_zone
        expected = self.expected
        if expected is None:
            offered = [each for each in SessionType if each.value not in self.contract.types_switched_off]
            initial: dict[str, Any] = {"day": local_day(self.now, zone)}
        else:
            offered = list(expected.session_types)
            wall = expected.started_at.astimezone(ZoneInfo(zone))
            initial = {
                "session_type": offered[0].value,
                "day": wall.date(),
                "clock": wall.time(),
                "minutes": expected.minutes,
            }
        return TimeEntryForm(
            typed,
            contract=self.contract,
            own_zone=zone,
            session_types=offered,
            booked_start=expected.started_at if expected else None,
            asks_reason=expected is not None and not expected.took_place,
            held=self.session if expected is not None and expected.took_place else None,
            initial={**initial, "zone": zone},
        )

    def _preview(self, entry: dict[str, Any]) -> Preview:
        drawing = {name: value for name, value in entry.items() if name not in ("note", "internal_note", "came")}
        return preview_time(**drawing, **self._context_of_entry, now=self.now)

    def _moves(self, preview: Preview) -> MovesShown:
        return MovesShown.of(preview.moves, currency=self.contract.currency)

    def _reasons(self, preview: Preview | None, entry: dict[str, Any]) -> list[Reason]:
        if preview is None:
            return []
        return reasons_of(
            preview.share,
            session_type=entry["session_type"],
            day=local_day(entry["started_at"], self.contract.time_zone),
            window=window_of(self.contract),
        )

    def _save(self, entry: dict[str, Any]) -> HttpResponse | None:
        """Log the entry and lead to its page; None where it moves what was not on the screen."""
        seen = self.request.POST.get(MARK, "")
        try:
            return self._saved(ledger.log_time(**entry, **self._context_of_entry, now=self.now, moves_seen=seen))
        except MovesNotSeen:
            return None

    def _saved(self, logged: ledger.Logged) -> HttpResponse:
        messages.success(
            self.request,
            _("%(minutes)s logged: %(included)s included, %(overage)s overage.")
            % {
                "minutes": format_minutes(logged.entry.minutes),
                "included": format_minutes(logged.share.included_minutes),
                "overage": format_minutes(logged.share.overage_minutes),
            },
        )
        if logged.overlapping:
            messages.warning(self.request, _("It overlaps other time that you logged: please check both."))
        return redirect("sessions:entry", logged.entry.pk)

    def _page(
        self,
        form: TimeEntryForm,
        preview: Preview | None,
        reasons: list[Reason],
        *,
        problems: list[str] | None = None,
    ) -> HttpResponse:
        moves = self._moves(preview) if preview else None
        asks_again = preview is not None and form.is_bound and self._is_to_save
        context = {
            "contract": self.contract,
            "customer": self.contract.customer,
            "session": self.session,
            "expected": self.expected,
            "form": form,
            "numbers": numbers_of(self.contract, now=self.now),
            "preview": preview,
            "reasons": reasons,
            "moves": moves,
            "problems": _problems(form) if problems is None else problems,
            "asks_again": asks_again,
        }
        if self.request.htmx:
            return render(self.request, "sessions/_log_preview.html", context)
        status = CONFLICT if asks_again else UNPROCESSABLE if form.errors else OK
        return render(self.request, "sessions/log.html", context, status=status)


def _problems(form: TimeEntryForm) -> list[str]:
    """What keeps the entry from being previewed, except what was simply not typed yet."""
    return [
        str(message)
        for errors in form.errors.as_data().values()
        for error in errors
        if error.code != "required"
        for message in error.messages
    ]
