"""The pages of the import: the file, the preview or the faults, how far it is, what came of it; and the mail."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from customers.models import User
from home.domain.contract_import.runs import keep_progress, receive, start, write_next
from home.models import ImportRun
from home.tasks import write_imports
from notifications.domain.kinds import kind_called
from notifications.models import Message
from packages.models import Contract
from tests.factories import NOW, customer, giulia, hanna, luca, marta, pekka, sofia
from tests.home.contract_files import codes, imported, row, rows, written
from tests.home.pages import page, queries, signed_in

pytestmark = pytest.mark.django_db

State = ImportRun.State
ADDRESS = "/contracts/import/"


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def uploaded(content: bytes, name: str = "export.csv") -> Any:
    giulia()
    return signed_in(sofia()).post(ADDRESS, {"file": SimpleUploadedFile(name, content)})


def sample_of(client: Client) -> bytes:
    response: Any = client.get(f"{ADDRESS}sample.csv")
    return b"".join(response.streaming_content)


def run_of(content: bytes) -> ImportRun:
    giulia()
    return receive(file_name="export.csv", content=content, by=sofia(), now=NOW)


def address_of(run: ImportRun) -> str:
    return f"{ADDRESS}{run.pk}/"


class TestUpload:
    def test_a_good_file_leads_to_its_preview_and_nothing_is_written(self) -> None:
        response = uploaded(written(rows(3)))
        run = ImportRun.objects.get()
        assert (response.status_code, response["Location"]) == (302, address_of(run))
        assert (run.state, run.uploaded_by) == (State.READY, sofia())
        shown = page(sofia(), address_of(run))
        for expected in ("Nothing is written yet", "3 rows without a fault", "UTF-8", "comma", "Import it"):
            assert expected in shown
        assert "1 Mar 2026" in shown
        assert not Contract.objects.exists()

    def test_a_file_with_faults_shows_them_by_row_and_column(self) -> None:
        uploaded(written([row(package="gold"), row(contract_reference="D-2", start="soon")]))
        shown = page(sofia(), address_of(ImportRun.objects.get()))
        for expected in ("2 faults: nothing is written", "package", "There is no such package.", "gold", "soon"):
            assert expected in shown
        assert "Import it" not in shown

    def test_no_file_and_a_large_file_are_said_beside_the_field(self) -> None:
        giulia()
        none = signed_in(sofia()).post(ADDRESS, {})
        large = uploaded(b"x" * (5 * 1024 * 1024 + 1))
        assert none.status_code == large.status_code == 422
        assert "larger than 5 MB" in large.content.decode()
        assert not ImportRun.objects.exists()

    @pytest.mark.parametrize("content", [b"", b"\0\0\0", b"\xff\xfe\x00", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", b'"' * 1000])
    def test_what_is_no_such_file_is_answered_kindly(self, content: bytes) -> None:
        assert uploaded(content).status_code == 302
        run = ImportRun.objects.get()
        assert run.state == State.FAULTY
        assert "nothing is written" in page(sofia(), address_of(run))

    def test_a_strange_name_of_a_file_is_shown_harmlessly(self) -> None:
        uploaded(written([row()]), name="evil\u202evsc.csv")
        assert "\u202e" not in ImportRun.objects.get().file_name

    def test_a_file_that_is_here_already_has_nothing_to_start(self) -> None:
        imported(written([row()]))
        uploaded(written([row()]))
        shown = page(sofia(), address_of(ImportRun.objects.latest("pk")))
        assert "Everything in this file is here already" in shown
        assert "Import it" not in shown


class TestOtherLanguages:
    def test_faults_speak_the_readers_language_whoever_uploaded_the_file(self) -> None:
        run = run_of(written([row(package="gold")]))
        fault = run.faults[0]["sentences"]
        with translation.override("it"):
            assert fault["it"] == translation.gettext("There is no such package.")

    def test_the_sample_file_has_the_headings_of_the_readers_language(self) -> None:
        sofia()
        client = signed_in(sofia())
        english = sample_of(client)
        User.objects.filter(pk=sofia().pk).update(language="it")
        italian = sample_of(signed_in(sofia()))
        assert english.startswith(b"\xef\xbb\xbfcontract_reference,")
        assert italian.startswith(b"\xef\xbb\xbfriferimento_contratto,")


class TestStarting:
    def test_a_worker_writes_what_was_started_and_the_page_and_a_mail_tell_of_it(self) -> None:
        run = run_of(written(rows(2)))
        assert signed_in(sofia()).post(f"{address_of(run)}start/").status_code == 302
        assert "Waiting for its turn" in page(sofia(), address_of(run))

        write_imports()

        run.refresh_from_db()
        assert (run.state, run.started_by) == (State.DONE, sofia())
        shown = page(sofia(), address_of(run))
        for contract in Contract.objects.all():
            assert f"/contracts/{contract.pk}/" in shown
        message = Message.objects.get(kind="contract_import_finished")
        letter = kind_called(message.kind).compose(message, NOW)
        assert letter is not None
        assert letter.subject == "Imported: export.csv"
        assert letter.context["action_url"].endswith(address_of(run))

    def test_a_second_click_changes_nothing(self) -> None:
        run = run_of(written(rows(2)))
        client = signed_in(sofia())
        client.post(f"{address_of(run)}start/")
        write_imports()
        response = client.post(f"{address_of(run)}start/", follow=True)
        assert "started, finished or discarded before" in response.content.decode()
        write_imports()
        assert Contract.objects.count() == 2

    def test_the_page_asks_for_itself_until_it_is_done(self) -> None:
        run = run_of(written(rows(2)))
        start(run, by=sofia(), now=NOW)
        client = signed_in(sofia())
        waiting = client.get(address_of(run), headers={"HX-Request": "true"}).content.decode()
        write_next(clock=lambda: NOW)
        done = client.get(address_of(run), headers={"HX-Request": "true"}).content.decode()
        assert "hx-trigger" in waiting
        assert "<html" not in waiting
        assert "hx-trigger" not in done

    def test_what_is_written_so_far_is_shown(self) -> None:
        run = run_of(written(rows(2)))
        start(run, by=sofia(), now=NOW)
        ImportRun.objects.update(state=State.RUNNING)
        keep_progress(run, 1500, 4000)
        assert 'value="1500" max="4000"' in page(sofia(), address_of(run))

    def test_one_that_did_not_finish_says_so_and_starts_again(self) -> None:
        run = run_of(written(rows(2)))
        start(run, by=sofia(), now=NOW)
        ImportRun.objects.update(state=State.RUNNING)
        write_imports()
        assert "It did not finish" in page(sofia(), address_of(run))
        message = Message.objects.get(kind="contract_import_finished")
        letter = kind_called(message.kind).compose(message, NOW)
        assert letter is not None
        assert letter.subject == "Import did not finish: export.csv"

        signed_in(sofia()).post(f"{address_of(run)}start/")
        assert kind_called(message.kind).compose(message, NOW) is None
        write_imports()
        assert Contract.objects.count() == 2

    def test_faults_that_came_up_since_the_preview_are_shown_and_told_by_mail(self) -> None:
        run = run_of(written([row()]))
        customer("Nordic Steel", country="SE")
        start(run, by=sofia(), now=NOW)
        write_imports()
        run.refresh_from_db()
        assert codes(run)
        assert "and its contracts copied it" in page(sofia(), address_of(run))
        message = Message.objects.get(kind="contract_import_finished")
        letter = kind_called(message.kind).compose(message, NOW)
        assert letter is not None
        assert letter.subject == "Not imported, it has faults: export.csv"

    def test_a_discarded_file_is_forgotten(self) -> None:
        run = run_of(written(rows(2)))
        client = signed_in(sofia())
        assert "is discarded" in client.post(f"{address_of(run)}discard/", follow=True).content.decode()
        run.refresh_from_db()
        assert (run.state, bytes(run.content)) == (State.DISCARDED, b"")
        client.post(f"{address_of(run)}start/")
        write_imports()
        assert not Contract.objects.exists()
        assert "no longer kept" in page(sofia(), address_of(run))

    def test_nothing_is_changed_by_looking(self) -> None:
        run = run_of(written(rows(2)))
        for name in ("start", "discard"):
            assert signed_in(sofia()).get(f"{address_of(run)}{name}/").status_code == 405


class TestAccess:
    @pytest.mark.parametrize("person", [giulia, pekka, marta, luca, hanna])
    def test_for_anybody_but_operations_there_is_no_import(self, person: Callable[[], User]) -> None:
        run = run_of(written([row()]))
        client = signed_in(person())
        for address in (ADDRESS, f"{ADDRESS}sample.csv", address_of(run)):
            assert client.get(address).status_code == 404
        for address in (ADDRESS, f"{address_of(run)}start/", f"{address_of(run)}discard/"):
            assert client.post(address).status_code == 404
        run.refresh_from_db()
        assert run.state == State.READY
        assert "Import contracts" not in page(person(), "/")

    def test_operations_find_it_in_the_navigation(self) -> None:
        assert f'href="{ADDRESS}"' in page(sofia(), "/")


class TestQueries:
    def test_of_the_list(self) -> None:
        run_of(b"1")
        few = queries(sofia(), ADDRESS)
        run_of(b"2"), run_of(written(rows(2)))
        assert queries(sofia(), ADDRESS) == few == 5

    @pytest.mark.parametrize("wrong", [{}, {"package": "gold"}], ids=["ready", "faulty"])
    def test_of_a_preview(self, wrong: dict[str, str]) -> None:
        one, three = (
            run_of(written([{**line, **wrong} for line in rows(1)])),
            run_of(written([{**line, **wrong} for line in rows(3)])),
        )
        assert queries(sofia(), address_of(one)) == queries(sofia(), address_of(three)) == 5

    def test_of_a_result(self) -> None:
        one, three = imported(written(rows(1))), imported(written(rows(3, of="More")))
        assert queries(sofia(), address_of(one)) == queries(sofia(), address_of(three)) == 6
