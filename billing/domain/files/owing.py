"""Which files a close leaves to be rendered: rows written in its own transaction (DOMAIN.md §6)."""

from datetime import datetime

from django.conf import settings
from django.db.models import Count

from billing.models import BillingFile, Close, Statement

Format = BillingFile.Format

ROWS_A_QUERY = 1000
NO_LANGUAGE = ""
LANGUAGES = [code for code, _name in settings.LANGUAGES]
OF_A_MONTH: dict[str, list[str]] = {Format.CSV: LANGUAGES, Format.XLSX: LANGUAGES, Format.JSON: [NO_LANGUAGE]}
"""The files of a whole month by format, each with its languages: finance reads its own, programs read JSON."""
OF_A_STATEMENT = (Format.PDF, Format.CSV)
"""The files of one statement, in the language of its customer."""


def owe_files(close: Close, *, now: datetime) -> None:
    """Owe every file of `close`; some worker renders them soon. The caller is inside the close's transaction."""
    lines = close.lines.count()
    owed = [
        BillingFile(close=close, format=format_, language=language, rows_total=lines, next_attempt_at=now)
        for format_, languages in OF_A_MONTH.items()
        for language in languages
    ]
    statements = Statement.objects.filter(close=close).order_by("pk").select_related("customer")
    for statement in statements.annotate(line_count=Count("lines")):
        owed += [
            BillingFile(
                close=close,
                statement=statement,
                format=format_,
                language=statement.customer.language,
                rows_total=statement.line_count,
                next_attempt_at=now,
            )
            for format_ in OF_A_STATEMENT
        ]
    BillingFile.objects.bulk_create(owed, batch_size=ROWS_A_QUERY)
