"""`manage.py check_billing`: derive every closed statement and hash every stored file again (DOMAIN.md §6)."""

import sys
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from billing.domain.files.proof import check_files
from billing.domain.proof import Difference, check_lines, check_numbers, check_statements
from billing.models import Close, Statement
from packages.models import Contract

AT_ONCE = 200


class Command(BaseCommand):
    help = "Derive every closed statement again; exit 1 and name each line, total, hash, number or file that differs."

    def handle(self, *args: Any, **options: Any) -> None:
        closes = list(Close.objects.order_by("number"))
        statements = list(Statement.objects.order_by("pk"))
        found = 0
        for difference in self._differences(closes, statements):
            found += 1
            self.stderr.write(
                f"close {difference.close}, {difference.subject}: "
                f"stored {difference.stored}, should be {difference.derived}"
            )
        if found:
            self.stderr.write(self.style.ERROR(f"{found} differences in {len(closes)} closes"))
            sys.exit(1)
        self.stdout.write(
            self.style.SUCCESS(
                f"{len(closes)} closes, {len(statements)} statements checked: every line and file is right"
            )
        )

    def _differences(self, closes: list[Close], statements: list[Statement]) -> Iterator[Difference]:
        contract_ids = list(Contract.objects.order_by("pk").values_list("pk", flat=True))
        for first in range(0, len(contract_ids), AT_ONCE):
            batch = Contract.objects.filter(pk__in=contract_ids[first : first + AT_ONCE])
            yield from check_lines(list(batch.select_related("package_version")), closes)
        for first in range(0, len(statements), AT_ONCE):
            yield from check_statements(statements[first : first + AT_ONCE])
        yield from check_numbers(statements)
        yield from check_files()
