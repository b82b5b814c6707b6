"""What an import writes: by the rules of the pages, once, all or nothing."""

from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path

import psycopg2
import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from core.locks import number_of
from core.models import AuditEvent
from customers.domain.customers import invite_member
from customers.domain.queries import lead_of, primary_contact_of
from customers.models import BillingDetails, ContactAssignment, Customer, Membership, StaffProfile, User
from home.domain.contract_import import runs
from home.domain.contract_import.runs import THE_LOCK, ImportNotOpen, ImportUnderWay, receive, start, write_next
from home.models import ImportedContract, ImportRun
from notifications.domain.accounts import MEMBER_INVITED
from notifications.models import Message
from packages.domain.contracts import dedicated_of
from packages.models import Contract
from sessions.models import LedgerEntry
from tests.factories import NOW, acme, aino, customer, giulia, launch_kit, marta, pekka, sofia
from tests.home.contract_files import codes, imported, row, rows, written

pytestmark = pytest.mark.django_db

State = ImportRun.State


def invitations() -> int:
    return Message.objects.filter(kind=MEMBER_INVITED).count()


def everything() -> tuple[int, ...]:
    """How many rows there are of all that an import writes, its own runs and result mails apart."""
    models = (Customer, User, Membership, ContactAssignment, BillingDetails, Contract, LedgerEntry, ImportedContract)
    return (*(model._default_manager.count() for model in models), invitations())


class TestWriting:
    def test_opens_the_account_invites_the_contact_and_signs_the_contract(self) -> None:
        run = imported(written([row(billing_email="AP@nordicsteel.example", purchase_order="PO-7")]))

        buyer = Customer.objects.get(name="Nordic Steel")
        assert (run.state, run.summary["customers"], run.summary["contracts"]) == (State.DONE, 1, 1)
        assert (buyer.country, buyer.time_zone, buyer.currency) == ("FI", "Europe/Helsinki", "EUR")
        assert lead_of(buyer) == giulia()
        contact = primary_contact_of(buyer)
        assert contact is not None
        assert (contact.name, contact.email) == ("Liisa Niemi", "liisa@nordicsteel.example")
        assert not contact.has_usable_password()
        assert buyer.memberships.get().kind == Membership.Kind.ADMIN
        assert Message.objects.get(kind=MEMBER_INVITED).recipient == contact
        contract = buyer.contracts.get()
        assert (contract.starts_on, contract.ends_on) == (date(2026, 3, 1), date(2027, 2, 28))
        assert (contract.signed_by, contract.time_zone) == (sofia(), "Europe/Helsinki")
        assert dedicated_of(contract) == giulia()
        assert contract.ledger.get().minutes == 240
        details = buyer.billing_details
        assert (details.billing_name, details.billing_email) == ("Nordic Steel Oy", "ap@nordicsteel.example")
        assert details.purchase_order == "PO-7"
        assert ImportedContract.objects.get(contract=contract).reference == "D-1001"

    def test_a_customer_may_have_several_rows_and_a_contract_a_dedicated_person_of_its_own(self) -> None:
        second = row(contract_reference="D-2", package="premium", dedicated=aino().email, customer="nordic  STEEL")
        imported(written([row(dedicated=""), second]))
        contracts = {each.reference: each.contract for each in ImportedContract.objects.select_related("contract")}
        assert {contract.customer.name for contract in contracts.values()} == {"Nordic Steel"}
        assert dedicated_of(contracts["D-1001"]) == giulia()
        assert dedicated_of(contracts["D-2"]) == aino()

    def test_a_customer_that_is_here_only_gets_the_contract(self) -> None:
        buyer = customer("Nordic Steel", country="FI", zone="Europe/Helsinki", lead=aino())
        run = imported(written([row()]))
        assert (run.summary["customers"], run.summary["contracts"], run.summary["billing"]) == (0, 1, 1)
        assert buyer.contracts.count() == 1
        assert lead_of(buyer) == aino()
        assert invitations() == 0

    def test_a_person_may_come_into_several_customers_and_keeps_name_and_language(self) -> None:
        marta()
        lines = rows(2)
        for line in lines:
            line["primary_contact_email"] = "MARTA@acme.example"
            line["primary_contact_name"] = "M. Ferri"
        imported(written(lines))
        person = marta()
        assert person.memberships.count() == 3
        assert person.name == "Marta Ferri"
        assert invitations() == 2

    def test_a_contract_that_was_signed_by_hand_gets_its_reference(self) -> None:
        contract = launch_kit(starts_on=date(2026, 3, 1), ends_on=date(2027, 2, 28))
        line = row(customer="Acme Wellness", country="IT", time_zone="Europe/Rome")
        run = imported(written([line]))
        assert (run.summary["references"], run.summary["contracts"]) == (1, 0)
        reference = ImportedContract.objects.get()
        assert reference.contract == contract
        assert not reference.signed_here
        assert acme().contracts.count() == 1

    def test_who_imported_what_is_in_the_audit_trail(self) -> None:
        run = imported(written([row()]))
        event = AuditEvent.objects.get(object_type="contract_import")
        assert (event.actor, event.object_id, event.details["file"]) == (sofia(), run.pk, "export.csv")

    def test_the_file_is_kept_no_longer_than_it_is_needed(self) -> None:
        run = imported(written([row()]))
        run.refresh_from_db()
        assert bytes(run.content) == b""
        assert len(run.sha256) == 64


class TestAgain:
    def test_the_same_file_twice_changes_nothing(self) -> None:
        content = written([*rows(3), row(hourly_rate="120,50")])
        imported(content)
        before = everything()

        again = imported(content)

        assert (again.state, again.started_at, again.summary["here"]) == (State.DONE, None, 4)
        assert everything() == before

    def test_billing_details_follow_the_file_and_the_change_is_kept(self) -> None:
        imported(written([row()]))
        run = imported(written([row(vat_id="FI999", billing_address="")]))
        details = BillingDetails.objects.get()
        assert (details.vat_id, details.billing_name) == ("FI999", "Nordic Steel Oy")
        assert details.billing_address.startswith("Satamakatu 1")
        assert run.summary["billing"] == 1
        changed = AuditEvent.objects.filter(verb="billing_details.change").latest("pk")
        assert changed.details == {"vat_id": ["FI12345678", "FI999"]}

    def test_rows_that_are_here_do_not_mind_who_has_left_since(self) -> None:
        imported(written([row()]))
        User.objects.filter(pk=giulia().pk).update(is_active=False)
        assert imported(written([row()])).state == State.DONE

    def test_a_file_with_some_new_rows_brings_those_alone(self) -> None:
        imported(written(rows(2)))
        run = imported(written(rows(5)))
        assert (run.summary["here"], run.summary["contracts"]) == (2, 3)
        assert Contract.objects.count() == 5


class TestAllOrNothing:
    def test_checking_writes_nothing(self) -> None:
        giulia(), sofia()
        before = everything()
        assert receive(file_name="a.csv", content=written(rows(3)), by=sofia(), now=NOW).state == State.READY
        assert everything() == before

    def test_what_breaks_at_the_end_leaves_nothing_behind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        giulia(), sofia()
        before = everything()

        def broken(*_args: object) -> None:
            raise IntegrityError

        monkeypatch.setattr("home.domain.contract_import.writing._keep_references", broken)
        with pytest.raises(IntegrityError):
            imported(written(rows(3)))
        assert everything() == before
        run = ImportRun.objects.get()
        assert run.state == State.INTERRUPTED

        monkeypatch.undo()
        start(run, by=sofia(), now=NOW)
        write_next(clock=lambda: NOW)
        run.refresh_from_db()
        assert run.state == State.DONE
        assert Contract.objects.count() == 3

    def test_what_changed_since_the_preview_is_found_when_it_is_written(self) -> None:
        giulia()
        run = receive(file_name="a.csv", content=written([row()]), by=sofia(), now=NOW)
        customer("Nordic Steel", country="SE")
        start(run, by=sofia(), now=NOW)
        write_next(clock=lambda: NOW)
        run.refresh_from_db()
        assert run.state == State.FAULTY
        assert (2, "country", "customer_differs") in codes(run)
        assert not Contract.objects.exists()

    def test_who_is_no_longer_an_operations_lead_imports_nothing(self) -> None:
        giulia()
        run = receive(file_name="a.csv", content=written([row()]), by=sofia(), now=NOW)
        start(run, by=sofia(), now=NOW)
        StaffProfile.objects.filter(user=sofia()).delete()
        write_next(clock=lambda: NOW)
        run.refresh_from_db()
        assert (run.state, codes(run)) == (State.FAULTY, [(0, "", "not_allowed")])


class TestRuns:
    def test_are_started_once_and_discarded_once(self) -> None:
        giulia()
        run = receive(file_name="a.csv", content=written([row()]), by=sofia(), now=NOW)
        stale = ImportRun.objects.get()
        start(run, by=sofia(), now=NOW)
        for again in (run, stale):
            with pytest.raises(ImportNotOpen):
                start(again, by=sofia(), now=NOW)
        with pytest.raises(ImportNotOpen):
            runs.discard(run, now=NOW)

    def test_one_that_was_cut_off_says_so_and_its_starter_hears_of_it(self) -> None:
        giulia()
        run = receive(file_name="a.csv", content=written([row()]), by=sofia(), now=NOW)
        start(run, by=sofia(), now=NOW)
        ImportRun.objects.update(state=State.RUNNING)
        write_next(clock=lambda: NOW)
        run.refresh_from_db()
        assert run.state == State.INTERRUPTED
        assert Message.objects.get(kind="contract_import_finished").recipient == sofia()

    def test_progress_is_told_step_by_step(self) -> None:
        told: list[tuple[int, int]] = []
        imported(written(rows(501)), progress=lambda done, total: told.append((done, total)))
        assert told == [(500, 1002), (501, 1002), (1001, 1002), (1002, 1002)]


@pytest.fixture
def someone_else_imports() -> Iterator[None]:
    """Another connection holds the lock of imports, as another worker does."""
    ours = connection.settings_dict
    other = psycopg2.connect(
        dbname=ours["NAME"], user=ours["USER"], password=ours["PASSWORD"], host=ours["HOST"], port=ours["PORT"]
    )
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [number_of(THE_LOCK)])
    yield
    other.close()


class TestTwoAtOnce:
    @pytest.mark.usefixtures("someone_else_imports")
    def test_the_second_waits_and_a_command_says_so(self) -> None:
        giulia()
        run = receive(file_name="a.csv", content=written([row()]), by=sofia(), now=NOW)
        start(run, by=sofia(), now=NOW)
        assert write_next(clock=lambda: NOW) is None
        run.refresh_from_db()
        assert run.state == State.WAITING
        with pytest.raises(ImportUnderWay):
            imported(written([row()]))
        assert not Contract.objects.exists()

    @pytest.mark.usefixtures("someone_else_imports")
    def test_a_run_whose_worker_is_at_work_is_not_taken_for_dead(self) -> None:
        giulia()
        run = receive(file_name="a.csv", content=written([row()]), by=sofia(), now=NOW)
        ImportRun.objects.update(state=State.RUNNING)
        write_next(clock=lambda: NOW)
        run.refresh_from_db()
        assert run.state == State.RUNNING

    @pytest.mark.usefixtures("someone_else_imports")
    def test_without_the_lock_both_write(self, settings: LazySettings) -> None:
        settings.FAULT_POINTS = frozenset({"skip_lock"})
        assert imported(written([row()])).state == State.DONE


class TestManyRows:
    def test_five_thousand_rows_are_written_with_a_fixed_number_of_queries_a_step(self) -> None:
        giulia(), sofia()

        def count(number: int) -> int:
            content = written(rows(number, of=f"Group {number}"))
            with CaptureQueriesContext(connection) as captured:
                run = imported(content)
            assert (run.state, run.summary["contracts"]) == (State.DONE, number)
            return len(captured)

        one_step, two_steps = count(500), count(1000)
        per_step = two_steps - one_step
        count(5000)
        assert Contract.objects.count() == 6500
        assert LedgerEntry.objects.filter(kind="grant").count() == 6500
        assert per_step < 40

    def test_one_row_takes_as_many_queries_as_three(self) -> None:
        giulia(), sofia()
        counts = []
        for number in (1, 3):
            content = written(rows(number, of=f"Group {number}"))
            with CaptureQueriesContext(connection) as captured:
                imported(content)
            counts.append(len(captured))
        assert counts[0] == counts[1]
        assert counts[0] < 80


class TestCommand:
    def run_it(self, path: Path, *options: str, by: str = "sofia.lindgren@oura.example") -> tuple[str, str]:
        giulia(), sofia(), pekka()
        out, err = StringIO(), StringIO()
        try:
            call_command("import_contracts", str(path), "--by", by, *options, stdout=out, stderr=err)
        except CommandError as error:
            err.write(str(error))
        return out.getvalue(), err.getvalue()

    def test_gives_the_same_answer_as_the_page(self, tmp_path: Path) -> None:
        content = written([*rows(2), row(package="gold")])
        (tmp_path / "a.csv").write_bytes(content)
        _out, err = self.run_it(tmp_path / "a.csv")
        run = receive(file_name="a.csv", content=content, by=sofia(), now=NOW)
        (fault,) = run.faults
        assert f"row 4, package: {fault['sentences']['en']} (gold)" in err
        assert "Faults: 1" in err
        assert not Contract.objects.exists()

    def test_a_dry_run_writes_nothing_at_all(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_bytes(written(rows(2)))
        out, err = self.run_it(tmp_path / "a.csv", "--dry-run")
        assert "2 new customers, 2 new contracts" in out
        assert not err
        assert not ImportRun.objects.exists()
        assert not Contract.objects.exists()

    def test_imports(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_bytes(written(rows(2)))
        out, _err = self.run_it(tmp_path / "a.csv")
        assert "4 of 4" in out
        assert Contract.objects.count() == 2
        again, _err = self.run_it(tmp_path / "a.csv")
        assert "2 rows were here already" in again
        assert Contract.objects.count() == 2

    @pytest.mark.parametrize("by", ["nobody@oura.example", "giulia.conti@oura.example", "pekka.laine@oura.example"])
    def test_only_operations_leads_import(self, tmp_path: Path, by: str) -> None:
        (tmp_path / "a.csv").write_bytes(written(rows(1)))
        _out, err = self.run_it(tmp_path / "a.csv", by=by)
        assert "operations lead" in err
        assert not Contract.objects.exists()

    def test_a_file_that_is_not_there_is_said_plainly(self, tmp_path: Path) -> None:
        _out, err = self.run_it(tmp_path / "none.csv")
        assert "cannot be read" in err


def test_who_is_brought_in_by_hand_is_the_same_person_as_in_a_file() -> None:
    """One address is one person, whichever door they come through."""
    buyer = acme()
    invite_member(customer=buyer, email="liisa@nordicsteel.example", name="Liisa", kind="member", now=NOW)
    imported(written([row()]))
    assert User.objects.filter(email="liisa@nordicsteel.example").count() == 1
