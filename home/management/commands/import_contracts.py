from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.refusals import Refusal
from core.sheets.faults import Fault, UnreadableFile
from core.sheets.reading import LARGEST_FILE
from customers.models import User
from home.domain.contract_import.checking import check
from home.domain.contract_import.runs import import_now, may_import
from home.domain.contract_import.summary import Summary
from home.models import ImportRun

State = ImportRun.State


class Command(BaseCommand):
    help = "Imports customers and contracts from a CRM's CSV file: all of it, or nothing (docs/contract-import.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the CSV file")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the operations lead who imports")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        by = self._person(options["by"])
        content = _read(options["file"])
        if options["dry_run"]:
            self._try(content)
            return
        try:
            run = import_now(
                file_name=options["file"].name, content=content, by=by, clock=timezone.now, progress=self._show_progress
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if run.state == State.FAULTY:
            self._refuse([Fault.from_json(kept) for kept in run.faults], run.fault_count)
        self._tell(Summary.from_json(run.summary), "Done")

    def _person(self, email: str) -> User:
        person = User.objects.filter(email__iexact=email.strip()).select_related("staff_profile").first()
        if person is None or not may_import(person):
            raise CommandError(f"{email} is not the address of an operations lead.")
        return person

    def _try(self, content: bytes) -> None:
        try:
            checked = check(content)
        except UnreadableFile as unreadable:
            self._refuse(unreadable.faults, len(unreadable.faults))
            return
        if checked.faults:
            self._refuse(checked.faults, len(checked.faults))
        self._tell(Summary.of(checked), "Nothing is written. The file would bring")

    def _refuse(self, faults: list[Fault], count: int) -> None:
        for fault in faults:
            place = f"row {fault.row}, " if fault.row else ""
            column = f"{fault.column}: " if fault.column else ""
            value = f" ({fault.value})" if fault.value else ""
            self.stderr.write(f"{place}{column}{fault.sentence}{value}")
        raise CommandError(f"Nothing is imported. Faults: {count}.")

    def _tell(self, summary: Summary, said: str) -> None:
        self.stdout.write(
            f"{said}: {summary.customers} new customers, {summary.contracts} new contracts, {summary.references} "
            f"references, {summary.billing} changed billing details; {summary.here} rows were here already."
        )

    def _show_progress(self, done: int, total: int) -> None:
        self.stdout.write(f"{done} of {total}")


def _read(path: Path) -> bytes:
    """The bytes of the file, and one more than the limit at most: the import then says that it is too large."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
