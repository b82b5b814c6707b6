"""`manage.py check_ledger`: recompute every share and service date; there must never be a difference (DOMAIN.md §4)."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from packages.models import Contract
from sessions.domain.shares import differences, misdated

CONTRACTS_AT_ONCE = 200


class Command(BaseCommand):
    help = "Recompute what every time entry draws and its day; exit 1 and name each entry that differs."

    def handle(self, *args: Any, **options: Any) -> None:
        contract_ids = list(Contract.objects.order_by("pk").values_list("pk", flat=True))
        found = 0
        for first in range(0, len(contract_ids), CONTRACTS_AT_ONCE):
            batch = Contract.objects.filter(pk__in=contract_ids[first : first + CONTRACTS_AT_ONCE])
            contracts = list(batch.select_related("package_version"))
            for entry in misdated(contracts):
                found += 1
                self.stderr.write(
                    f"contract {entry.contract_id}, entry {entry.entry_id}: "
                    f"dated {entry.stored}, should be {entry.derived}"
                )
            for difference in differences(contracts):
                found += 1
                self.stderr.write(
                    f"contract {difference.contract_id}, entry {difference.entry_id}: "
                    f"stored {_figures(difference.stored)}, should be {_figures(difference.derived)}"
                )
        if found:
            self.stderr.write(self.style.ERROR(f"{found} differences in {len(contract_ids)} contracts"))
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS(f"{len(contract_ids)} contracts checked, every share is right"))


def _figures(figures: tuple[int, int] | None) -> str:
    return "nothing" if figures is None else f"{figures[0]}/{figures[1]} (included/overage)"
