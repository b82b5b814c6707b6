"""Which files there are, how far they are, what is in them: for who may see the month or the statement (§12)."""

from dataclasses import dataclass
from typing import IO, TypedDict

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import get_language

from billing.domain.queries import statements_visible_to
from billing.models import BillingFile, Close, Statement
from core.private_files import private_files
from customers.domain.roles import Right, rights_of
from customers.models import User

Format = BillingFile.Format

SHOWN_FIRST = (Format.XLSX, Format.CSV, Format.JSON)

MEDIA_TYPES: dict[str, str] = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSON: "application/json",
    Format.PDF: "application/pdf",
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the files of a close are. Lines are counted once for each file that they stand in."""

    files: int
    rendered: int
    failing: int
    rows_done: int
    rows_total: int

    @property
    def is_under_way(self) -> bool:
        """Whether a file is still to come."""
        return self.rendered < self.files


def files_visible_to(user: User) -> QuerySet[BillingFile]:
    """The files that `user` may have: of whole months with finance's right, of the statements that they see."""
    scope = Q(statement__in=statements_visible_to(user).values("pk"))
    if Right.SEE_BILLING in rights_of(user):
        scope |= Q(statement__isnull=True)
    return BillingFile.objects.filter(scope).select_related("close", "statement__customer")


def files_of_month(close: Close, *, user: User) -> list[BillingFile]:
    """The files of the whole month for `user`, in the language that is active."""
    own = files_visible_to(user).filter(close=close, statement__isnull=True, language__in=["", active_language()])
    return sorted(own, key=lambda file: SHOWN_FIRST.index(file.format))


def files_of_statement(statement: Statement, *, user: User) -> list[BillingFile]:
    """The files of a statement for `user`: the PDF first."""
    return sorted(files_visible_to(user).filter(statement=statement), key=lambda file: file.format != Format.PDF)


def progress_of(close: Close) -> Progress:
    """How far every file of `close` is, those of its statements too: one query."""
    sums = BillingFile.objects.filter(close=close).aggregate(
        files=Count("pk"),
        rendered=Count("pk", filter=Q(rendered_at__isnull=False)),
        failing=Count("pk", filter=Q(rendered_at__isnull=True) & ~Q(error="")),
        rows_done=Sum("rows_done", default=0),
        rows_total=Sum("rows_total", default=0),
    )
    return Progress(**sums)


def statements_to_nobody(close: Close) -> QuerySet[Statement]:
    """The statements of `close` that name no billing contact: nobody was sent them."""
    return Statement.objects.filter(close=close, particulars__billing_email="").order_by("selling_entity", "number")


def active_language() -> str:
    """The language whose heads the reader gets."""
    return (get_language() or "en").partition("-")[0]


class AnswerFacts(TypedDict):
    """What an answer says of a rendered file."""

    name: str
    media_type: str
    sha256: str
    size: int


def answer_facts(file: BillingFile) -> AnswerFacts:
    """What `core.downloads.stored_file` needs to know of a rendered file."""
    assert file.size is not None
    return AnswerFacts(name=file.file_name, media_type=MEDIA_TYPES[file.format], sha256=file.sha256, size=file.size)


def opened(file: BillingFile) -> IO[bytes]:
    """The stored file, open for reading from its beginning."""
    return private_files().open(file.stored_as, "rb")


def stored_bytes(file: BillingFile) -> bytes:
    """The whole of a stored file: for those of statements."""
    with opened(file) as content:
        return content.read()
