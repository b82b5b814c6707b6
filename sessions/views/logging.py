"""Logging time, from a session or freely on a contract (DOMAIN.md §4; §7 for meetings that did not take place)."""

from dataclasses import dataclass
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

from core.dates import after_minutes, local_day
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
from sessions.domain.numbers import numbers_of
from sessions.domain.queries import sessions_visible_to
from sessions.forms.logging import BESIDE, TimeEntryForm
from sessions.models import ConsultingSession, LedgerEntry
from sessions.views.moves import MovesShown
from sessions.views.reasons import reasons_of

Basis = LedgerEntry.Basis
BASIS_OF_STATUS: dict[str, str] = {
    ConsultingSession.Status.CANCELLED: Basis.LATE_CANCELLATION,
    ConsultingSession.Status.NO_SHOW: Basis.NO_SHOW,
}


@requires(Right.SEE_STAFF_AREA, to=Right.LOG_TIME)
@require_http_methods(["GET", "HEAD", "POST"])
def log_session(request: PortalRequest, pk: int) -> HttpResponse:
    """Log what a session took: type, start and minutes are filled in from its booking."""
    session = get_object_or_404(sessions_visible_to(request.user), pk=pk)
    contract = contracts_visible_to(request.user).get(pk=session.contract_id)
    return _Logging(request, contract, session).answer()


@requires(Right.SEE_STAFF_AREA, to=Right.LOG_TIME)
@require_http_methods(["GET", "HEAD", "POST"])
def log_free(request: PortalRequest, pk: int) -> HttpResponse:
    """Log minutes on a contract without a booked session."""
    contract = get_object_or_404(contracts_visible_to(request.user), pk=pk)
    return _Logging(request, contract, None).answer()


@dataclass(slots=True)
class _Logging:
    """One request to the page. Typing asks for a preview (htmx, or the button without JavaScript), saving saves.

    An entry that moves the minutes of others is saved only by somebody who was shown which: the form carries the mark
    of the moves on its screen.
    """

    request: PortalRequest
    contract: Contract
    session: ConsultingSession | None

    def answer(self) -> HttpResponse:
        if not may_log_on(self.request.user, self.contract):
            raise PermissionDenied(_("Time is logged by staff who deliver this package to this customer."))
        now = timezone.now()
        if self.request.method != "POST":
            form = self._form(None, now)
            return self._page(form, self._preview_of_initial(form, now), now)
        form = self._form(self.request.POST, now)
        preview: ledger.Preview | None = None
        if form.is_valid():
            try:
                preview = self._preview(form.entry(), now)
                if self._is_to_save and self._moves(preview).was_seen(form.cleaned_data["moves_seen"]):
                    return self._saved(ledger.log_time(**self._arguments(form.entry()), now=now))
            except NotAllowed as refusal:
                raise PermissionDenied(str(refusal)) from refusal
            except Refusal as refusal:
                show_refusal(form, refusal, beside=BESIDE)
        return self._page(form, preview, now)

    @property
    def _is_to_save(self) -> bool:
        return not self.request.htmx and "preview" not in self.request.POST

    def _form(self, typed: Any, now: datetime) -> TimeEntryForm:
        types = self._session_types()
        start = self._expected_start()
        zone = self.request.user.time_zone
        wall = start.astimezone(ZoneInfo(zone)) if start else None
        return TimeEntryForm(
            typed,
            contract=self.contract,
            own_zone=zone,
            session_types=types,
            booked_start=start,
            asks_reason=self._basis != Basis.DELIVERED,
            initial={
                "session_type": types[0].value if self.session else "",
                "day": (wall.date() if wall else local_day(now, zone)).isoformat(),
                "clock": f"{wall:%H:%M}" if wall else "",
                "zone": zone,
                "minutes": self._expected_minutes(),
            },
        )

    def _session_types(self) -> list[SessionType]:
        """A session is logged under its own type, what ran over as supplementary training."""
        if self.session is None:
            return [each for each in SessionType if each.value not in self.contract.types_switched_off]
        over = SessionType.SUPPLEMENTARY_TRAINING
        if self._entries_of_session():
            return [over]
        return list(dict.fromkeys((SessionType(self.session.session_type), over)))

    def _expected_start(self) -> datetime | None:
        """The booked start; for what ran over, the end of what is logged already."""
        if self.session is None:
            return None
        ends = [
            after_minutes(entry.started_at, entry.minutes)
            for entry in self._entries_of_session()
            if entry.started_at is not None
        ]
        return max(ends, default=self.session.starts_at)

    def _expected_minutes(self) -> int | None:
        if self.session is None or self._entries_of_session():
            return None
        return self.session.duration_minutes

    def _entries_of_session(self) -> list[LedgerEntry]:
        if self.session is None:
            return []
        return list(LedgerEntry.objects.time_entries().unreversed().filter(session=self.session))

    @property
    def _basis(self) -> str:
        return BASIS_OF_STATUS.get(self.session.status, Basis.DELIVERED) if self.session else Basis.DELIVERED

    def _arguments(self, entry: dict[str, Any]) -> dict[str, Any]:
        return {
            **entry,
            "contract": self.contract,
            "staff": self.request.user,
            "session": self.session,
            "basis": self._basis,
        }

    def _preview(self, entry: dict[str, Any], now: datetime) -> ledger.Preview:
        without_notes = {name: value for name, value in entry.items() if name not in ("note", "internal_note")}
        return ledger.preview_time(**self._arguments(without_notes), now=now)

    def _preview_of_initial(self, form: TimeEntryForm, now: datetime) -> ledger.Preview | None:
        """What the entry would draw as it is filled in from the booking, if that can be logged."""
        start, minutes = self._expected_start(), form.initial["minutes"]
        if start is None or minutes is None or self._basis != Basis.DELIVERED:
            return None
        entry = {"session_type": form.initial["session_type"], "started_at": start, "minutes": minutes}
        try:
            return self._preview(entry, now)
        except Refusal:
            return None

    def _moves(self, preview: ledger.Preview) -> MovesShown:
        return MovesShown.of(preview.moves, currency=self.contract.currency)

    def _saved(self, logged: ledger.Logged) -> HttpResponse:
        share = logged.share
        messages.success(
            self.request,
            _("%(minutes)s logged: %(included)s included, %(overage)s overage.")
            % {
                "minutes": format_minutes(logged.entry.minutes),
                "included": format_minutes(share.included_minutes),
                "overage": format_minutes(share.overage_minutes),
            },
        )
        if logged.overlapping:
            messages.warning(self.request, _("It overlaps other time that you logged: please check both."))
        return redirect("sessions:entry", logged.entry.pk)

    def _page(self, form: TimeEntryForm, preview: ledger.Preview | None, now: datetime) -> HttpResponse:
        moves = self._moves(preview) if preview else None
        context = {
            "contract": self.contract,
            "customer": self.contract.customer,
            "session": self.session,
            "basis": self._basis,
            "is_missed": self._basis != Basis.DELIVERED,
            "form": form,
            "numbers": numbers_of(self.contract, now=now),
            "preview": preview,
            "reasons": self._reasons(form, preview),
            "moves": moves,
            "problems": [] if preview else _problems(form),
            "asks_again": bool(moves) and form.is_bound and self._is_to_save,
        }
        if self.request.htmx:
            return render(self.request, "sessions/_log_preview.html", context)
        return render(self.request, "sessions/log.html", context, status=422 if form.errors else 200)

    def _reasons(self, form: TimeEntryForm, preview: ledger.Preview | None) -> Any:
        if preview is None:
            return []
        started_at = form.cleaned_data["started_at"] if form.is_bound else self._expected_start()
        session_type = form.cleaned_data["session_type"] if form.is_bound else form.initial["session_type"]
        return reasons_of(
            preview.share,
            session_type=session_type,
            day=local_day(started_at, self.contract.time_zone),
            window=window_of(self.contract),
        )


def _problems(form: TimeEntryForm) -> list[str]:
    """What keeps the entry from being previewed, except what was simply not typed yet."""
    if not form.is_bound:
        return []
    return [
        str(message)
        for errors in form.errors.as_data().values()
        for error in errors
        if error.code != "required"
        for message in error.messages
    ]
