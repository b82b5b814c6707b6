"""The compiled stylesheet: every class that a template names exists, and the page loads no more than it needs."""

import gzip
import re
from pathlib import Path

from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR, "templates")
COMPILED = Path(settings.BASE_DIR, "static/build/portal.css").read_text(encoding="utf-8")
KNOWN = {re.sub(r"\\(.)", r"\1", name) for name in re.findall(r"\.((?:\\.|[\w-])+)", COMPILED)}
CLASSES = re.compile(r'\sclass="((?:[^"{]|{%.*?%}|{{.*?}})*)"')


def classes_of(template: Path) -> set[str]:
    """The whole class names in the markup; what a tag composes (`button-{{ variant }}`) is not one."""
    source = re.sub(r"{% comment %}.*?{% endcomment %}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    named: set[str] = set()
    for value in CLASSES.findall(source):
        whole = re.sub(r"[\w-]*{{.*?}}[\w-]*|\w+-({% .*? %}\w*)+", " ", value)
        named.update(re.sub(r"{%.*?%}", " ", whole).split())
    return named


def test_every_class_of_a_template_is_styled() -> None:
    """A misspelt component class or a utility that the kit does not have would be silent otherwise."""
    unknown = {
        (str(template.relative_to(TEMPLATES)), name)
        for template in TEMPLATES.rglob("*.html")
        if "emails" not in template.parts
        for name in classes_of(template) - KNOWN
    }
    assert unknown == set()


def test_no_colour_of_the_kit_gets_past_the_tokens() -> None:
    """`text-gray-500` would ignore the dark theme: the palette of Tailwind is switched off."""
    assert not re.search(r"--color-(?:gray|red|blue|green|slate|zinc|stone)-\d", COMPILED)


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert not re.search(r"url\((?![\"']?(?:data:|#))|@import|https?://(?!www\.w3\.org|tailwindcss\.com)", COMPILED)


def test_the_stylesheet_is_light() -> None:
    assert len(gzip.compress(COMPILED.encode())) < 20_000
