"""The answer to "why is this billed?": the rules of DOMAIN.md §4, each with how it turned out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.formatting import format_day, format_minutes
from packages.domain.windows import Window
from packages.session_types import RULES, SessionType
from sessions.domain.allocation import Share

MET, UNMET, OPEN = "met", "unmet", "open"


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule in a few words, whether it is `met`, `unmet` or `open` (it does not apply), and what it means here."""

    state: str
    title: str
    note: str


def reasons_of(share: Share, *, session_type: str, day: date, window: Window) -> list[Reason]:
    """The rules that divided `share`, in the order in which they decide; `day` is a date in the contract's zone."""
    return list(_reasons(share, session_type, day, window))


def _reasons(share: Share, session_type: str, day: date, window: Window) -> Iterator[Reason]:
    language = get_language() or "en"
    label = str(SessionType(session_type).label)
    if share.type_draws:
        yield Reason(MET, _("The type draws on included minutes"), label)
    else:
        yield Reason(UNMET, _("The type draws on included minutes"), _("%(type)s is always overage.") % {"type": label})
    days = {
        "day": format_day(day, language),
        "first": format_day(window.first, language),
        "last": format_day(window.last, language),
    }
    if share.in_window:
        note = _("%(day)s lies between %(first)s and %(last)s.") % days
    else:
        note = _("%(day)s does not lie between %(first)s and %(last)s.") % days
    yield Reason(MET if share.in_window else UNMET, _("The day lies in the window of the included minutes"), note)
    if RULES[session_type].included_once:
        yield Reason(
            MET if share.first_of_type else UNMET,
            _("It is the first software training of the contract"),
            _("The package covers one.") if share.first_of_type else _("An earlier one has used the one it covers."),
        )
    yield _minutes_left(share)


def _minutes_left(share: Share) -> Reason:
    title = _("Included minutes are left at that time")
    left = {
        "left": format_minutes(share.left_before),
        "overage": format_minutes(share.overage_minutes),
    }
    if not share.eligible:
        return Reason(OPEN, title, _("%(left)s are left, but this meeting cannot use them.") % left)
    if share.overage_minutes == 0:
        return Reason(MET, title, _("%(left)s are left: enough for all of it.") % left)
    if share.left_before == 0:
        return Reason(UNMET, title, _("Earlier meetings use all of them."))
    return Reason(UNMET, title, _("Only %(left)s are left, so %(overage)s are overage.") % left)
