"""The materials that the demo's customers are handed out, with small files made here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import typst
from django.core.files.uploadedfile import SimpleUploadedFile

from customers.models import User
from packages.models import Package
from packages.session_types import SessionType
from support.domain.materials import Particulars, add_material, replace_file

PAGE = """
#set page(paper: "a5", margin: 18mm)
#set text(font: "Libertinus Serif", size: 11pt, lang: sys.inputs.language)
#let lines = sys.inputs.body.split("\\n")
#text(size: 18pt, weight: "bold")[#sys.inputs.title]
#v(6mm)
#for line in lines [+ #line]
"""
SIZES = "size,quantity\n6,\n7,\n8,\n9,\n10,\n11,\n12,\n13,\n"


@dataclass(frozen=True, slots=True)
class Handout:
    """A material: `lines` become a PDF, or `table` is the file as it stands; `revised` is a second version's note."""

    title: str
    about: str
    name: str
    language: str = "en"
    session_types: Sequence[str] = ()
    packages: Sequence[str] = ()
    lines: Sequence[str] = ()
    table: str = ""
    revised: str = ""


LIBRARY = (
    Handout(
        "Ring sizing at your company",
        "How your people find their size before you order.",
        "ring-sizing.pdf",
        session_types=(SessionType.KICKOFF, SessionType.OPERATIONS),
        lines=(
            "Order one sizing kit for every ten people.",
            "Wear the plastic ring for a day and a night: fingers change.",
            "Note the size in the order sheet, with a name that you will recognise.",
            "Between two sizes take the larger one for the index finger.",
        ),
        revised="Says what to do between two sizes.",
    ),
    Handout(
        "Misurare l'anello in azienda",
        "Come le persone trovano la propria misura prima dell'ordine.",
        "misurare-anello.pdf",
        language="it",
        session_types=(SessionType.KICKOFF, SessionType.OPERATIONS),
        lines=(
            "Ordina un kit di misura ogni dieci persone.",
            "Indossa l'anello di plastica per un giorno e una notte: le dita cambiano.",
            "Scrivi la misura nel foglio dell'ordine, con un nome che riconosci.",
        ),
    ),
    Handout(
        "Order sheet by size",
        "Fill in the quantities and send it with your order.",
        "order-sheet.csv",
        session_types=(SessionType.OPERATIONS,),
        table=SIZES,
    ),
    Handout(
        "First steps in the admin console",
        "Groups, coaches and invitations, in the order in which you need them.",
        "first-steps.pdf",
        session_types=(SessionType.SOFTWARE_TRAINING,),
        lines=(
            "Sign in with the address that we invited.",
            "Add a second admin, so that nobody is alone when somebody is away.",
            "Create a group before you invite its members.",
            "Invite ten people first, look at the data together, then invite the others.",
        ),
    ),
    Handout(
        "Preparing a monthly review",
        "What to bring to a project health check.",
        "monthly-review.pdf",
        packages=("premium",),
        lines=("Numbers of rings ordered, handed out and active.", "What people asked.", "What you want to decide."),
    ),
)


def fill_library(*, by: User, now: datetime) -> None:
    """Put the demo's materials into the library, some weeks ago."""
    packages = {package.code: package for package in Package.objects.all()}
    for place, handout in enumerate(LIBRARY):
        added_at = now - timedelta(days=90 - 7 * place)
        material = add_material(
            particulars=Particulars(
                title=handout.title,
                about=handout.about,
                language=handout.language,
                session_types=list(handout.session_types),
                packages=[packages[code] for code in handout.packages],
            ),
            upload=_file(handout, lines=handout.lines[:-1] if handout.revised else handout.lines),
            by=by,
            now=added_at,
        )
        if handout.revised:
            replace_file(
                material=material,
                upload=_file(handout, lines=handout.lines),
                note=handout.revised,
                by=by,
                now=added_at + timedelta(days=30),
            )


def _file(handout: Handout, *, lines: Sequence[str]) -> SimpleUploadedFile:
    if handout.table:
        return SimpleUploadedFile(handout.name, handout.table.encode())
    words = {"title": handout.title, "body": "\n".join(lines), "language": handout.language}
    made = typst.compile(PAGE.encode(), sys_inputs=words, ignore_system_fonts=True)
    assert isinstance(made, bytes), "one PDF"
    return SimpleUploadedFile(handout.name, made)
