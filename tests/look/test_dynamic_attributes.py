"""Cotton hides mistakes in an attribute: a filter in `:attribute="…"` is nothing, a bad tag stays as its text."""

import ast
import re
from pathlib import Path

import pytest
from django.template import Engine, TemplateSyntaxError
from django_cotton.cotton_loader import Loader  # type: ignore[import-untyped]  # has no types
from django_cotton.templatetags import _component  # type: ignore[import-untyped]  # has no types

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
DYNAMIC = re.compile(r'\s:([a-z][a-z-]*)="([^"]*)"')
NAME = re.compile(r"[A-Za-z_][\w.]*")


def means_something(value: str) -> bool:
    if not value or NAME.fullmatch(value) or "{{" in value or "{%" in value:
        return True
    try:
        ast.literal_eval(value)
    except (SyntaxError, ValueError):
        return False
    return True


def silent_attributes(source: str) -> list[str]:
    without_comments = re.sub(r"{% comment %}.*?{% endcomment %}", "", source, flags=re.DOTALL)
    return [f':{name}="{value}"' for name, value in DYNAMIC.findall(without_comments) if not means_something(value)]


@pytest.mark.parametrize(
    "template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_no_attribute_is_silently_nothing(template: Path) -> None:
    assert silent_attributes(template.read_text()) == []


def test_the_rule_finds_what_it_is_for() -> None:
    assert silent_attributes('<c-stat :value="total|minutes" :note="note" />') == [':value="total|minutes"']
    assert silent_attributes('<c-tab :current="a == b" :count="3" />') == [':current="a == b"']


def unread_attributes(source: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The attributes of a template whose tags Django cannot read, each with what it says of it."""
    read = _component.compile_inline_template
    unread: list[str] = []

    def noting(text: str, *parts: object) -> object:
        try:
            return read(text, *parts)
        except TemplateSyntaxError as error:
            unread.append(f"{text}: {error}")
            raise

    monkeypatch.setattr(_component, "compile_inline_template", noting)
    engine = Engine.get_default()
    engine.from_string(Loader(engine).cotton_compiler.process(source))
    return unread


@pytest.mark.parametrize(
    "template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_every_tag_in_an_attribute_can_be_read(template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unread_attributes(template.read_text(), monkeypatch) == []


def test_the_second_rule_finds_what_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    source = '<c-card title="{% blocktranslate count a=1 b=2 %}one{% plural %}many{% endblocktranslate %}"></c-card>'
    assert len(unread_attributes(source, monkeypatch)) == 1
