"""`make messages`: collect what is to be translated from Python and templates into the catalogues, without gettext.

New sentences arrive empty, vanished ones leave, nothing is guessed: a fuzzy translation would reach a customer.
`--check` writes nothing and exits 1 if a catalogue is not up to date.
"""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from dev.paths import ROOT

APPS = ("core", "customers", "notifications", "packages", "sessions", "reviews", "billing", "support", "home")
PYTHON_FOLDERS = (*APPS, "oura_success")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
TRANSLATOR_COMMENTS = ("Translators:",)
LANGUAGES = ("it",)
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)  # a header that changes with every run would hide what changed


def catalogue_path(language: str, root: Path = ROOT) -> Path:
    """Where the catalogue of `language` stands."""
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def collect(root: Path = ROOT) -> Catalog:
    """Every sentence that the product may show, with the files that say it."""
    found = Catalog(project="oura-success", charset="utf-8")
    for path in sorted(_sources(root)):
        source = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            source = _python_of_template(source)
        name = path.relative_to(root).as_posix()
        # Babel declares another shape for these tuples than it yields: (line, function, message, comments).
        calls: Any = extract_python(
            io.BytesIO(source.encode()), cast(Any, KEYWORDS), TRANSLATOR_COMMENTS, {"encoding": "utf-8"}
        )
        for _line, function, message, comments in calls:
            _add(found, name, function, message, comments)
    return found


def update(language: str, *, root: Path = ROOT) -> bytes:
    """The catalogue of `language` as it should be: known translations kept, new sentences empty."""
    catalogue = _read(language, root)
    catalogue.update(collect(root), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.creation_date = catalogue.revision_date = EPOCH
    text = io.BytesIO()
    write_po(text, catalogue, width=110, omit_header=False, include_lineno=False, sort_output=True)
    return text.getvalue()


def main(arguments: list[str]) -> int:
    """Update the catalogues, or with `--check` say which are not up to date."""
    stale = []
    for language in LANGUAGES:
        path = catalogue_path(language)
        should_be = update(language)
        if path.exists() and path.read_bytes() == should_be:
            continue
        stale.append(path.relative_to(ROOT).as_posix())
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(should_be)
    if stale and "--check" in arguments:
        print(f"Not up to date: {', '.join(stale)}. Run `make messages`, then translate.", file=sys.stderr)
        return 1
    return 0


def _sources(root: Path) -> Iterator[Path]:
    for folder in PYTHON_FOLDERS:
        for path in (root / folder).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path
    yield from (root / "templates").rglob("*.html")
    yield from (root / "templates").rglob("*.txt")


def _python_of_template(source: str) -> str:
    """Django's own reading of a template as calls of gettext; indentation means nothing in it."""
    return "\n".join(line.lstrip() for line in templatize(source).splitlines())


def _add(found: Catalog, name: str, function: str | None, message: Any, comments: list[str]) -> None:
    parts = list(message) if isinstance(message, tuple | list) else [message]
    context = parts.pop(0) if function is not None and function.lstrip("n").startswith("pgettext") else None
    plural = 2 if function is not None and function.startswith("n") else 1
    texts = [part for part in parts[:plural] if isinstance(part, str)]
    if len(texts) == plural and texts[0]:
        identifier = texts[0] if plural == 1 else (texts[0], texts[1])
        found.add(identifier, locations=[(name, 0)], auto_comments=comments, context=context)


def _read(language: str, root: Path) -> Catalog:
    path = catalogue_path(language, root)
    if not path.exists():
        return Catalog(locale=language, project="oura-success", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
