"""The tokens' contrast, computed from static/css/tokens.css by the formula of WCAG 2.2, in both themes."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = Path(settings.BASE_DIR, "static/css/tokens.css").read_text(encoding="utf-8")
PAIR = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\);")
THEMES = {
    theme: {name: colours[at] for name, *colours in PAIR.findall(TOKENS)} for at, theme in enumerate(("light", "dark"))
}

GROUNDS = ("canvas", "surface", "raised", "sunken", "hover")
TEXTS = [(ink, ground) for ink in ("ink", "ink-soft", "ink-muted", "accent-ink", "bad-ink") for ground in GROUNDS]
TEXTS += [(f"{tone}-ink", f"{tone}-soft") for tone in ("good", "warn", "bad", "info", "neutral", "accent")]
TEXTS += [("ink", f"{tone}-soft") for tone in ("good", "warn", "bad", "info", "neutral", "accent")]
TEXTS += [
    ("ink-muted", "neutral-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-bad", "bad-solid"),
]
MARKS = [("line-control", ground) for ground in ("canvas", "surface", "raised", "sunken")]
MARKS += [(mark, ground) for mark in ("accent", "bad-solid") for ground in ("canvas", "surface", "raised")]
MARKS += [("accent", "track"), ("series-2", "surface"), ("series-3", "surface"), ("warn-solid", "surface")]


def luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula_knows_the_two_ends() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def too_faint(theme: str, pairs: list[tuple[str, str]], *, least: float) -> dict[tuple[str, str], float]:
    """The pairs of tokens whose contrast in `theme` is below `least`, with what it is."""
    tokens = THEMES[theme]
    found = {(one, other): contrast(tokens[one], tokens[other]) for one, other in pairs}
    return {pair: round(value, 2) for pair, value in found.items() if value < least}


@pytest.mark.parametrize("theme", THEMES)
def test_text_stands_out(theme: str) -> None:
    assert too_faint(theme, TEXTS, least=4.5) == {}


@pytest.mark.parametrize("theme", THEMES)
def test_borders_of_controls_and_marks_stand_out(theme: str) -> None:
    assert too_faint(theme, MARKS, least=3) == {}


def test_every_colour_of_the_stylesheets_is_a_token() -> None:
    """A colour written elsewhere would have one theme only. White under a QR code and on paper is meant."""
    loose = {
        (sheet.name, colour)
        for sheet in Path(settings.BASE_DIR, "static/css").rglob("*.css")
        if sheet.name != "tokens.css"
        for colour in re.findall(r"(?<![\w%&])#[0-9a-fA-F]{3,8}\b", sheet.read_text(encoding="utf-8"))
    }
    assert loose <= {("surface.css", "#ffffff"), ("print.css", "#ffffff")}
