"""The demo's mailbox: what was sent can be read, and a mail can do nothing to its reader."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.home.demo_urlconf")]
FIRST, SECOND = "20260302T080000000000-0001", "20260302T080001000000-0002"


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DEMO_MAIL_DIR = tmp_path
    settings.DEMO = True
    return tmp_path


def filed(folder: Path, name: str, *, subject: str, html: str = "") -> None:
    """A mail as the demo's post office files it."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, "Oura Success <success@oura.example>", "marta@acme.example"
    mail["Date"] = "Mon, 02 Mar 2026 08:00:00 -0000"
    mail.set_content("The text of the mail.")
    if html:
        mail.add_alternative(html, subtype="html")
        mail.add_attachment(b"BEGIN:VCALENDAR", maintype="application", subtype="ics", filename="invite.ics")
    (folder / f"{name}.eml").write_bytes(b"Delivered-To: marta@acme.example\r\n" + mail.as_bytes())


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_the_first_mail_the_page_says_what_will_be_here(folder: Path, client: Client) -> None:
    assert "No mail yet" in shown(client, "/demo/mail/")
    folder.rmdir()
    assert "No mail yet" in shown(client, "/demo/mail/")


def test_the_newest_mail_stands_first(folder: Path, client: Client) -> None:
    filed(folder, FIRST, subject="The first")
    filed(folder, SECOND, subject="The second")
    page = shown(client, "/demo/mail/")
    assert page.index("The second") < page.index("The first")
    assert "marta@acme.example" in page


def test_the_list_asks_for_more_and_is_answered_only_if_there_is(folder: Path, client: Client) -> None:
    filed(folder, FIRST, subject="The first")
    ask = f"/demo/mail/?newest={FIRST}"
    assert ask in shown(client, "/demo/mail/")
    assert client.get(ask, headers={"HX-Request": "true"}).status_code == 204
    filed(folder, SECOND, subject="The second")
    assert client.get(ask, headers={"HX-Request": "true"}).status_code == 200


def test_a_mail_with_its_text_and_its_files(folder: Path, client: Client) -> None:
    filed(folder, FIRST, subject="<b>Kick-off</b>", html="<html><head></head><body>Hello</body></html>")
    page = shown(client, f"/demo/mail/{FIRST}/")
    assert "&lt;b&gt;Kick-off" in page
    assert "The text of the mail." in page
    file = client.get(f"/demo/mail/{FIRST}/1/")
    assert file.content == b"BEGIN:VCALENDAR"
    assert file.headers["Content-Disposition"] == 'attachment; filename="invite.ics"'
    assert client.get(f"/demo/mail/{FIRST}/2/").status_code == 404


def test_the_html_part_is_a_document_that_can_do_nothing(folder: Path, client: Client) -> None:
    filed(folder, FIRST, subject="Nasty", html="<head></head><script>alert(1)</script><a href='/x'>link</a>")
    page = client.get(f"/demo/mail/{FIRST}/")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "sandbox" in page.content.decode()
    document = client.get(f"/demo/mail/{FIRST}/html/")
    policy = document.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "form-action 'none'", "frame-ancestors 'self'"} <= set(policy)
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert not any(directive.startswith("script-src") for directive in policy)
    assert document.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_blank">' in document.content.decode()


def test_other_pages_still_let_nobody_frame_them(folder: Path, client: Client) -> None:
    answer = client.get("/demo/mail/")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-src" not in answer.headers["Content-Security-Policy"]
    assert folder.exists()


@pytest.mark.parametrize("name", ["nothing", "..", "%2e%2e%2fsecret", f"{FIRST}.eml"])
def test_only_what_the_folder_lists_can_be_read(name: str, folder: Path, client: Client) -> None:
    filed(folder, FIRST, subject="The first")
    (folder.parent / "secret.eml").write_text("Subject: secret\n\n")
    assert client.get(f"/demo/mail/{name}/").status_code == 404


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"Subject: =?utf-8?q?=FF?=\nDate: yesterday\n\nhm"])
def test_a_strange_file_is_shown_as_it_is(content: bytes, folder: Path, client: Client) -> None:
    (folder / f"{FIRST}.eml").write_bytes(content)
    assert client.get("/demo/mail/").status_code == 200
    assert client.get(f"/demo/mail/{FIRST}/").status_code == 200
