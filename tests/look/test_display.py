"""How values look, in both languages."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import timezone, translation
from lucide import IconDoesNotExist

from core import formatting

NBSP = "\N{NO-BREAK SPACE}"
KICK_OFF = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture(params=["en", "it"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with translation.override(request.param), timezone.override("Europe/Rome"):
        yield request.param


def shown(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("minutes", "written"),
    [
        (0, "0:00"),
        (5, "0:05"),
        (60, "1:00"),
        (90, "1:30"),
        (6000, "100:00"),
        (-15, "−0:15"),
        (-75, "−1:15"),
        (None, ""),
    ],
)
def test_minutes_are_hours_and_minutes(minutes: int | None, written: str) -> None:
    assert shown("{{ minutes|minutes }}", minutes=minutes) == written


def test_money_follows_the_language(language: str) -> None:
    written = shown('{{ amount|money:"EUR" }}', amount=Decimal("1437.50"))
    assert written == {"en": "€1,437.50", "it": f"1.437,50{NBSP}€"}[language]


def test_yen_have_no_digits_after_the_point(language: str) -> None:
    written = shown('{{ amount|money:"JPY" }}', amount=Decimal(12500))
    assert written == {"en": "JP¥12,500", "it": f"12.500{NBSP}JPY"}[language]


def test_a_credit_has_a_minus_sign_not_a_hyphen(language: str) -> None:
    written = shown('{{ amount|money:"EUR" }}', amount=Decimal("-62.50"))
    assert written == {"en": "−€62.50", "it": f"−62,50{NBSP}€"}[language]


def test_no_amount_is_nothing() -> None:
    assert shown('{{ amount|money:"EUR" }}', amount=None) == ""


@pytest.mark.parametrize(
    ("style", "english", "italian"),
    [
        ("medium", "24 Nov 2026", "24 nov 2026"),
        ("weekday", "Tue, 24 Nov 2026", "mar 24 nov 2026"),
        ("long", "24 November 2026", "24 novembre 2026"),
        ("short", "24 Nov", "24 nov"),
        ("month", "November 2026", "novembre 2026"),
    ],
)
def test_days(language: str, style: str, english: str, italian: str) -> None:
    written = shown("{{ day|day:style }}", day=date(2026, 11, 24), style=style)
    assert written == {"en": english, "it": italian}[language]


def test_an_instant_has_no_day_without_a_zone() -> None:
    with pytest.raises(TypeError, match="only in a zone"):
        shown("{{ at|day }}", at=KICK_OFF)


def test_an_instant_names_its_zone_in_the_readers_language(language: str) -> None:
    written = shown("{{ at|instant }}", at=KICK_OFF)
    assert written == {"en": "Tue, 24 Nov 2026, 10:00 (Rome)", "it": "mar 24 nov 2026, 10:00 (Roma)"}[language]


def test_an_instant_in_another_zone_may_be_another_day(language: str) -> None:
    written = shown('{{ at|instant:"Asia/Tokyo" }}', at=datetime(2026, 11, 24, 23, 30, tzinfo=UTC))
    assert written == {"en": "Wed, 25 Nov 2026, 08:30 (Tokyo)", "it": "mer 25 nov 2026, 08:30 (Tokyo)"}[language]


def test_a_span_over_the_night_in_which_clocks_change_says_the_clock() -> None:
    """01:30 to 03:30 by the clock in Zürich on 29 March 2026 is one hour."""
    start = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert formatting.format_span(start, 60, "Europe/Zurich", "en") == "Sun, 29 Mar 2026, 01:30–03:30"


def test_a_time_is_readable_by_machines() -> None:
    with timezone.override("Europe/Rome"):
        written = shown("{% time_at at %}", at=KICK_OFF)
    assert 'datetime="2026-11-24T09:00:00+00:00"' in written
    assert ">Tue, 24 Nov 2026, 10:00 (Rome)</time>" in written


def test_distances(language: str) -> None:
    in_three_hours = formatting.format_distance(KICK_OFF, now=KICK_OFF - timedelta(hours=3), language=language)
    assert in_three_hours == {"en": "in 3 hours", "it": "tra 3 ore"}[language]
    in_nine_days = formatting.format_distance(KICK_OFF, now=KICK_OFF - timedelta(days=9), language=language)
    assert in_nine_days == {"en": "in 9 days", "it": "tra 9 giorni"}[language]


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Giulia Rossi", "GR"),
        ("Acme S.p.A.", "AA"),
        ("Anna Maria De Luca", "AL"),
        ("globex", "G"),
        ("am@oura.example", "A"),
        ("", "?"),
        ("菊池 健", "菊健"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert formatting.initials(name) == letters


def test_an_icon_is_hidden_unless_it_has_words() -> None:
    assert shown('{% icon "calendar" %}').startswith('<svg aria-hidden="true"')
    assert shown("{% icon 'x' label=words %}", words='Close "it" <now>').startswith(
        '<svg role="img" aria-label="Close &quot;it&quot; &lt;now&gt;"'
    )


def test_an_icon_that_does_not_exist_is_found_in_the_tests() -> None:
    with pytest.raises(IconDoesNotExist):
        shown('{% icon "no-such-icon" %}')


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [(90, 240, "37.5%"), (0, 240, "0%"), (300, 240, "100%"), (10, 0, "0%"), (None, 240, "0%"), (80, 240, "33.33%")],
)
def test_shares_stay_within_the_bar(part: int | None, whole: int, share: str) -> None:
    assert shown("{{ part|share_of:whole }}", part=part, whole=whole) == share
