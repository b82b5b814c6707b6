"""Cotton resolves `:attribute="…"` as a name or a literal; a filter or a condition there is silently nothing."""

import ast
import re
from pathlib import Path

import pytest

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
