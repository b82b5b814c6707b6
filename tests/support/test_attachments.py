"""Files that go with requests: what is taken, what is refused, and how they are handed out (DOMAIN.md §9)."""

import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from core.uploads import MOST_BYTES
from customers.models import User
from support.domain.files import MOST_FILES
from support.domain.requests import add_note
from support.models import RequestAttachment, RequestMessage, SupportRequest
from tests.factories import NOW, acme, aino, giulia, globex, hanna, luca, marta, member_of, pekka, sofia
from tests.home.pages import signed_in
from tests.support.examples import PNG, asked, file, handed_out

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n"
MARK = "\N{RIGHT-TO-LEFT OVERRIDE}"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def zipped() -> bytes:
    """A real archive with a page in it."""
    with BytesIO() as content:
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("page.html", "<script>alert(1)</script>")
        return content.getvalue()


def opened_with(*files: object, client: Client | None = None, **more: object) -> Any:
    """The answer to a new request of Marta's that carries `files`."""
    giulia()
    words = {"kind": "technical_issue", "subject": "It blinks", "body": "Red, then white.", **more}
    sender = client or signed_in(marta())
    return sender.post(reverse("support:request-create"), {**words, "attachments": list(files)})


def raw(name: bytes, content: bytes = PNG, field: bytes = b"attachments") -> Any:
    """The answer to a request whose file has `name` as no browser would write it: byte for byte."""
    giulia()
    parts = [b'name="kind"\r\n\r\ntechnical_issue', b'name="subject"\r\n\r\nIt blinks', b'name="body"\r\n\r\nRed.']
    parts.append(b'name="%s"; filename="%s"\r\nContent-Type: image/png\r\n\r\n%s' % (field, name, content))
    body = b"".join(b"--b\r\nContent-Disposition: form-data; %s\r\n" % part for part in parts) + b"--b--\r\n"
    return signed_in(marta()).generic(
        "POST", reverse("support:request-create"), body, content_type="multipart/form-data; boundary=b"
    )


def attached(**details: Any) -> RequestAttachment:
    """A file of Acme's request."""
    request = asked(files=[file(**details)])
    return RequestAttachment.objects.get(message__request=request)


def fetched(browser: Client, kept: RequestAttachment) -> Any:
    """The answer to who asks for a file, read to its end: `read_bytes`."""
    answer: Any = browser.get(reverse("support:attachment", args=[kept.pk]))
    answer.read_bytes = b"".join(answer)
    return answer


def stored_files() -> list[str]:
    """What lies in the storage of requests' files."""
    return default_storage.listdir("support")[1] if default_storage.exists("support") else []


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("picture.png", b"<!doctype html><script>alert(1)</script>"),
            ("picture.png", b"GIF89a<script>alert(1)</script>"),
            ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
            ("drawing.png", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
            ("page.html", b"<!doctype html><script>alert(1)</script>"),
            ("page.png.html", PNG),
            ("archive.zip", zipped()),
            ("archive.png", zipped()),
            ("archive.txt", zipped()),
            ("program.exe", b"MZ" + b"\0" * 60),
            ("words.txt", b"turned\xe2\x80\xae round"),
            ("words.txt", b"\xff\xfea\0b\0"),
            ("empty.png", b""),
            ("picture", PNG),
        ],
    )
    def test_what_could_run_or_is_something_else(self, name: str, content: bytes) -> None:
        before = stored_files()
        answer = opened_with(file(name, content))
        assert answer.status_code == 422
        assert name in answer.content.decode()
        assert "Red, then white." in answer.content.decode(), "what was typed is kept"
        assert not SupportRequest.objects.exists()
        assert stored_files() == before

    def test_one_bad_file_takes_none_of_the_others(self) -> None:
        before = stored_files()
        assert opened_with(file(), file("archive.zip", zipped())).status_code == 422
        assert not RequestAttachment.objects.exists()
        assert stored_files() == before

    def test_more_files_than_are_taken_at_once(self) -> None:
        assert opened_with(*(file(f"{number}.png") for number in range(MOST_FILES + 1))).status_code == 422
        assert not SupportRequest.objects.exists()

    def test_more_bytes_than_are_taken_together(self) -> None:
        half = PNG + b"\0" * (MOST_BYTES // 2)
        answer = opened_with(file("1.png", half), file("2.png", half))
        assert answer.status_code == 422
        words = answer.content.decode()
        assert "Files may have up to 10 MB together" in words
        assert "Red, then white." in words
        assert not SupportRequest.objects.exists()

    def test_text_in_the_place_of_a_file(self) -> None:
        answer = opened_with("a file, they say")
        assert answer.status_code == 422
        assert "This is text, not a file. Choose a file." in answer.content.decode()
        assert not SupportRequest.objects.exists()

    def test_text_beside_a_file(self) -> None:
        assert opened_with(file(), "and some text").status_code == 422
        assert not SupportRequest.objects.exists()

    def test_text_in_the_place_of_a_material_or_an_import(self) -> None:
        material = handed_out()
        doors = [
            (sofia(), reverse("support:material-create"), {"title": "Sizing", "language": "en"}),
            (sofia(), reverse("support:material-replace", args=[material.pk]), {}),
            (giulia(), reverse("support:order-import"), {}),
            (sofia(), reverse("contract-import"), {}),
        ]
        for person, path, typed in doors:
            answer = signed_in(person).post(path, {**typed, "file": "a file, they say"})
            assert answer.status_code == 422, path
            assert "This is text, not a file. Choose a file." in answer.content.decode(), path
        assert material.versions.count() == 1

    def test_an_empty_choice_is_no_file(self) -> None:
        """What a browser sends for a field in which nothing was chosen."""
        assert raw(b"", b"").status_code == 302
        assert not RequestAttachment.objects.exists()


class TestNames:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            (b"../../../etc/ring.png", "ring.png"),
            (b"..\\\\..\\\\boot\\\\ring.png", "ring.png"),
            (b"C:\\\\Users\\\\marta\\\\ring.png", "ring.png"),
            ("ri\u202eng.png".encode(), "ring.png"),
            ("ri\u200fng.png".encode(), "ring.png"),
            (b"ri&#0;ng.png", "ri\N{REPLACEMENT CHARACTER}ng.png"),
            (b"...hidden.png", "hidden.png"),
            (b"<script>.png", "_script_.png"),
        ],
    )
    def test_a_name_is_only_shown_and_does_nothing(self, name: bytes, shown: str) -> None:
        assert raw(name).status_code == 302
        kept = RequestAttachment.objects.get()
        assert kept.name == shown
        assert str(kept.file).removeprefix("support/").isalnum(), "it lies under a name of ours"

    @pytest.mark.parametrize("name", [b"ri\0ng.png", b"ri\r\nX-Evil: 1\r\nng.png", b"ring.png\0.html", b"ri\xffng.png"])
    def test_a_name_that_breaks_lines_or_strings_never_breaks_the_answer(self, name: bytes) -> None:
        assert raw(name).status_code in {302, 400, 422}
        for kept in RequestAttachment.objects.all():
            assert not set(kept.name) & set('\0\r\n"/\\')
            answer = fetched(signed_in(marta()), kept)
            assert "X-Evil" not in answer.headers
            assert answer.headers["Content-Disposition"].startswith("attachment; ")

    def test_a_long_name_is_refused_before_it_is_read(self) -> None:
        assert opened_with(file(f"{'x' * 250}.png")).status_code == 422


class TestHandingOut:
    def handed(self, person: User, kept: RequestAttachment) -> Any:
        return fetched(signed_in(person), kept)

    @pytest.mark.parametrize(
        ("name", "content", "media_type"),
        [
            ("ring.png", PNG, "image/png"),
            ("ring.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 20, "image/jpeg"),
            ("report.pdf", PDF, "application/pdf"),
            ("page.txt", b"<!doctype html><script>alert(1)</script>", "text/plain"),
            ("sums.csv", b"=1+1;\xc3\xa8", "text/csv"),
        ],
    )
    def test_it_is_handed_out_to_keep_and_nothing_in_it_runs(self, name: str, content: bytes, media_type: str) -> None:
        answer = self.handed(marta(), attached(name=name, content=content))
        assert answer.read_bytes == content
        assert answer.headers["Content-Type"] == media_type
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["Cache-Control"] == "private, no-cache"

    def test_a_name_in_other_letters_is_spelled_for_the_header(self) -> None:
        answer = self.handed(marta(), attached(name="misura è.png"))
        assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''misura%20%C3%A8.png"

    @pytest.mark.parametrize("stranger", [hanna, aino, luca, pekka])
    def test_of_another_customers_request_there_is_none(self, stranger: Callable[[], User]) -> None:
        globex()
        kept = attached()
        assert self.handed(stranger(), kept).status_code == 404

    @pytest.mark.parametrize("person", [marta, giulia, sofia])
    def test_who_reads_the_request_has_its_files(self, person: Callable[[], User]) -> None:
        assert self.handed(person(), attached()).status_code == 200

    def test_a_notes_file_is_the_staffs_alone(self) -> None:
        add_note(request=asked(), body="See the log.", by=giulia(), now=NOW, files=[file("log.txt", b"plain")])
        kept = RequestAttachment.objects.get()
        assert self.handed(marta(), kept).status_code == 404
        assert self.handed(giulia(), kept).status_code == 200

    def test_who_left_has_none_from_the_next_request_on(self) -> None:
        kept, browser = attached(), signed_in(marta())
        member_of(acme(), "Carla Neri", kind="admin")
        assert fetched(browser, kept).status_code == 200
        acme().memberships.filter(user=marta()).update(until=NOW)
        assert fetched(browser, kept).status_code == 404

    def test_only_the_portals_own_account_reads_it_on_the_disk(self) -> None:
        place = Path(default_storage.path(attached().file.name or ""))
        assert (place.stat().st_mode & 0o777, place.parent.stat().st_mode & 0o777) == (0o600, 0o700)

    def test_who_has_it_already_is_not_sent_it_again_but_asked_about(self) -> None:
        kept, browser = attached(), signed_in(marta())
        etag = fetched(browser, kept).headers["ETag"]
        again = browser.get(reverse("support:attachment", args=[kept.pk]), HTTP_IF_NONE_MATCH=etag)
        assert (again.status_code, again.headers["Cache-Control"]) == (304, "private, no-cache")

    def test_a_file_that_is_gone_from_the_disk_is_not_found(self) -> None:
        kept = attached()
        default_storage.delete(str(kept.file))
        assert self.handed(marta(), kept).status_code == 404

    def test_without_a_session_there_is_the_sign_in_page(self) -> None:
        answer = Client().get(reverse("support:attachment", args=[attached().pk]))
        assert (answer.status_code, "/accounts/login/" in answer.headers["Location"]) == (302, True)


def test_what_breaks_off_leaves_neither_a_message_nor_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second file cannot be stored: the first is taken back, and the whole act with it."""
    before, save = stored_files(), default_storage.save
    taken: list[str] = []

    def full_after_one(name: str, content: Any) -> str:
        if taken:
            raise OSError("No space left on device")
        taken.append(name)
        return save(name, content)

    monkeypatch.setattr(default_storage, "save", full_after_one)
    with pytest.raises(OSError, match="No space left"):
        asked(files=[file("1.png"), file("2.png")])
    assert taken
    assert stored_files() == before
    assert not RequestMessage.objects.filter(attachments__isnull=False).exists()
