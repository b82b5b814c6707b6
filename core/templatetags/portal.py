"""Filters and tags of every page. Loaded for all templates (settings), so no `{% load %}` is needed.

Durations are whole minutes, instants are aware datetimes, zones are IANA names. Nothing here queries.
"""

import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from lucide.templatetags.lucide import lucide

from core import charts, formatting
from core.dates import local_day
from core.forms import FormErrors

register = template.Library()


def _language() -> str:
    return get_language() or "en"


def _zone_or_current(zone: str | None) -> str:
    return zone or timezone.get_current_timezone_name()


@register.filter
def minutes(value: int | None) -> str:
    """Minutes as h:mm; nothing for None: `{{ entry.minutes|minutes }}` gives 1:30."""
    return "" if value is None else formatting.format_minutes(value)


@register.filter
def money(amount: Decimal | int | None, currency: str) -> str:
    """An amount in its currency: `{{ line.amount|money:line.currency }}`; nothing for None."""
    return "" if amount is None else formatting.format_money(Decimal(amount), currency, _language())


@register.filter
def number(value: Decimal | int | None) -> str:
    """A number with the language's separators."""
    return "" if value is None else formatting.format_number(value, _language())


@register.filter
def day(value: date | None, style: str = "medium") -> str:
    """A calendar date: `{{ contract.ends_on|day }}`. Styles: weekday, medium, long, short, month.

    :raises TypeError: for a datetime, whose day depends on a zone: use `instant`
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        raise TypeError("`day` takes a calendar date: an instant has one only in a zone (`instant`, `clock`)")
    return formatting.format_day(value, _language(), style=style)


@register.filter
def clock(value: datetime | None, zone: str | None = None) -> str:
    """The time of an instant in `zone` (the reader's if none is given): 10:00."""
    return "" if value is None else formatting.format_clock(value, _zone_or_current(zone))


@register.filter
def instant(value: datetime | None, zone: str | None = None) -> str:
    """Day, time and zone of an instant: `{{ session.starts_at|instant:zone }}` gives Tue, 24 Nov 2026, 10:00 (Rome)."""
    if value is None:
        return ""
    return _with_city(formatting.format_instant(value, _zone_or_current(zone), _language()), zone)


def _with_city(text: str, zone: str | None) -> str:
    return f"{text} ({formatting.zone_city(_zone_or_current(zone), _language())})"


@register.filter
def zone_city(zone: str) -> str:
    """The city that a zone is known by, in the reader's language."""
    return formatting.zone_city(zone, _language())


@register.filter
def distance(value: datetime | None) -> str:
    """How far an instant is from now: `in 3 hours`. For a page's eyes only; rules get `now` passed in."""
    return "" if value is None else formatting.format_distance(value, now=timezone.now(), language=_language())


@register.filter
def initials(name: object) -> str:
    """Up to two initials for an avatar."""
    return formatting.initials(str(name))


@register.simple_tag
def submit_key() -> SafeString:
    """A hidden field by which a form that is sent twice is known to be the same (`core.submit_once`)."""
    return format_html('<input type="hidden" name="submit_key" value="{}">', uuid.uuid4())


@register.simple_tag
def time_at(value: datetime, zone: str | None = None, style: str = "full") -> SafeString:
    """A `<time>` element, readable by machines.

    Styles: `full` (day, time, zone), `plain` (day and time), `day`, `clock` (time), `relative` (in 3 hours, the full
    form as its title).
    """
    plain = formatting.format_instant(value, _zone_or_current(zone), _language())
    full = _with_city(plain, zone)
    match style:
        case "full":
            shown = full
        case "plain":
            shown = plain
        case "day":
            shown = formatting.format_day(local_day(value, _zone_or_current(zone)), _language())
        case "clock":
            shown = clock(value, zone)
        case "relative":
            shown = distance(value)
        case _:
            raise ValueError(f"{style!r} is not a style of instants")
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), full, shown)


@register.simple_tag
def span_of(start: datetime, minutes_long: int, zone: str | None = None) -> SafeString:
    """A meeting's day and times in one zone, named: Tue, 24 Nov 2026, 10:00–11:00 (Rome)."""
    zone = _zone_or_current(zone)
    return format_html(
        '<time datetime="{}">{}</time> <span class="text-ink-muted">({})</span>',
        start.isoformat(),
        formatting.format_span(start, minutes_long, zone, _language()),
        formatting.zone_city(zone, _language()),
    )


@lru_cache(maxsize=512)
def _drawing(name: str, css_class: str) -> str:
    # Colour and stroke come from the class `icon`: some 150 bytes less for each icon of a page.
    svg = str(lucide(name, size=None, **{"class": css_class}))
    for repeated in (
        ' fill="none"',
        ' stroke="currentColor"',
        ' stroke-width="2"',
        ' stroke-linecap="round"',
        ' stroke-linejoin="round"',
        ' width="24"',
        ' height="24"',
    ):
        svg = svg.replace(repeated, "", 1)
    return re.sub(r"\s*\n\s*", "", svg).replace(" />", "/>")


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """An icon of the Lucide set as inline SVG: `{% icon "calendar" %}`.

    Hidden from screen readers unless it carries a `label`, which an icon that stands alone needs.

    :param size: `sm`, `lg` or `xl`; nothing for the size of the text beside it
    :raises lucide.IconDoesNotExist: for a name that the set does not have
    """
    svg = _drawing(name, _ICON_CLASSES[size])
    described = format_html('<svg role="img" aria-label="{}"', label) if label else '<svg aria-hidden="true"'
    return mark_safe(svg.replace("<svg", described, 1))  # noqa: S308  # the package's drawing, the label escaped


_ICON_CLASSES = {"": "icon", "sm": "icon icon-sm", "lg": "icon icon-lg", "xl": "icon icon-xl"}


@register.filter
def html_attrs(attrs: Mapping[str, Any]) -> SafeString:
    """The attributes that a component does not know itself, escaped: `<a {{ attrs|html_attrs }}>`.

    Cotton's own `{{ attrs }}` writes dynamic values without escaping them; components use this filter instead.
    """
    known = attrs.attrs_dict() if hasattr(attrs, "attrs_dict") else attrs
    written = (
        format_html("{}", name) if value is True else format_html('{}="{}"', name, _quotable(value))
        for name, value in known.items()
        if value is not None and value is not False
    )
    return format_html_join(" ", "{}", ((attribute,) for attribute in written))


def _quotable(value: object) -> SafeString:
    """`value` escaped for a quoted attribute. What a template rendered is safe as text, but may hold the quote."""
    return mark_safe(conditional_escape(str(value)).replace('"', "&quot;"))  # noqa: S308  # escaped just here


@register.filter
def filled(slot: str) -> bool:
    """Whether a component's slot holds more than white space: named slots leave some behind."""
    return bool(str(slot).strip())


@register.filter
def share_of(part: int | None, whole: int | None) -> str:
    """`part` of `whole` in percent for an SVG's width, within 0 and 100: `{{ used|share_of:granted }}` gives 37.5%."""
    if not part or not whole or whole < 0:
        return "0%"
    return f"{min(max(part / whole * 100, 0), 100):.4g}%"


@register.filter
def at_least_zero(value: int) -> int:
    """`value`, or 0 where it is below: `{{ numbers.free|at_least_zero|minutes }}`."""
    return max(value, 0)


@register.filter
def below_zero(value: int) -> int:
    """By how much `value` is below zero, else 0."""
    return max(-value, 0)


@register.simple_tag
def error_summary(*forms: Any) -> FormErrors:
    """Everything that is wrong with the given forms and formsets, for `<c-error-summary>`."""
    return FormErrors(*(form for form in forms if form))


@register.inclusion_tag("components/chart/bar.html", takes_context=True)
def bar_chart(context: Context, chart: "charts.Chart") -> dict[str, Any]:
    """A bar chart as SVG with the same figures in a table (core/charts.py)."""
    return {"drawing": charts.draw(chart), "chart": chart}


@register.inclusion_tag("components/chart/line.html", takes_context=True)
def line_chart(context: Context, chart: "charts.Chart") -> dict[str, Any]:
    """A line chart as SVG with the same figures in a table (core/charts.py)."""
    return {"drawing": charts.draw(chart), "chart": chart}
