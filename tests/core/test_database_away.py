"""A PostgreSQL that is really stopped while people read: polite 503s, and everything goes on when it is back."""

import os
import re
import secrets
import shutil
import sys
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from dev.paths import ROOT
from dev.postgres import PostgresServer
from dev.processes import Command, run_to_end
from dev.provision import APPLICATION, OWNER, RolePasswords, ensure_database, ensure_extensions, ensure_roles
from dev.valkey import ValkeyServer
from tests.plugin.processes import ProcessFactory, WebServer
from tests.plugin.servers import TestServers

EMAIL = "anna@oura.example"
PASSWORD = "correct-horse-battery"
DATABASE = "portal"


@dataclass(frozen=True)
class Portal:
    """A web process with a database and a Valkey of its own, and somebody who is signed in."""

    postgres: PostgresServer
    valkey: ValkeyServer
    web: WebServer
    browser: requests.Session

    def get(self, path: str, **headers: str) -> requests.Response:
        """Read a page as the person."""
        return self.browser.get(f"{self.web.url}{path}", headers=headers, timeout=30, allow_redirects=False)

    def post(self, path: str) -> requests.Response:
        """Send a form as the person."""
        form = {"csrfmiddlewaretoken": self.browser.cookies["portal_csrf"], "theme": "dark"}
        return self.browser.post(f"{self.web.url}{path}", data=form, timeout=30, allow_redirects=False)


@pytest.fixture(scope="module")
def portal(servers: TestServers, tmp_path_factory: pytest.TempPathFactory) -> Generator[Portal]:
    folder = tmp_path_factory.mktemp("away")
    postgres = PostgresServer(data=folder / "pg", log=folder / "pg.log", superuser_password="secret", durable=False)
    valkey = ValkeyServer(data=folder / "valkey", log=folder / "valkey.log", password="secret", durable=False)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, postgres.data, ignore_errors=True)
        for server in (postgres, valkey):
            server.start()
            stack.callback(server.stop)
            server.wait_ready()
        environment = provisioned(postgres, folder) | {"REDIS_URL": f"redis://:secret@127.0.0.1:{valkey.port}/0"}
        processes = ProcessFactory(servers=servers, folder=folder, stack=stack)
        web = processes.web(environment, processes=1)
        yield Portal(postgres, valkey, web, signed_in(web.url))


def provisioned(postgres: PostgresServer, folder: Path) -> dict[str, str]:
    """A migrated database with one person in it; the environment that leads to it."""
    passwords = RolePasswords(owner=secrets.token_urlsafe(), application=secrets.token_urlsafe())
    admin = postgres.connect("postgres")
    ensure_roles(admin, passwords)
    ensure_database(admin, name=DATABASE)
    admin.close()
    inside = postgres.connect(DATABASE)
    ensure_extensions(inside)
    inside.close()
    environment = {
        "DATABASE_URL": postgres.url(database=DATABASE, user=APPLICATION, password=passwords.application),
        "DATABASE_OWNER_URL": postgres.url(database=DATABASE, user=OWNER, password=passwords.owner),
    }
    person = {"DJANGO_SUPERUSER_EMAIL": EMAIL, "DJANGO_SUPERUSER_PASSWORD": PASSWORD, "DJANGO_SUPERUSER_NAME": "Anna"}
    for arguments in (["migrate"], ["createsuperuser", "--noinput"]):
        command = Command(
            name=arguments[0],
            arguments=[sys.executable, "manage.py", *arguments],
            environment={**os.environ, **environment, **person},
            cwd=ROOT,
        )
        run_to_end(command, log=folder / "provision.log")
    return environment


def signed_in(url: str) -> requests.Session:
    browser = requests.Session()
    address = f"{url}/accounts/login/"
    browser.get(address, timeout=30)
    form = {"login": EMAIL, "password": PASSWORD, "csrfmiddlewaretoken": browser.cookies["portal_csrf"]}
    assert browser.post(address, data=form, timeout=30, allow_redirects=False).status_code == 302
    return browser


def test_pages_say_that_the_portal_is_being_restarted_and_go_on_when_it_is_back(portal: Portal) -> None:
    assert portal.get("/").status_code == 200
    portal.postgres.stop()

    page = portal.get("/")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "The portal is being restarted." in page.text
    assert "data-retry-after" in page.text
    request_id = page.headers["X-Request-ID"]
    assert request_id in page.text
    assert request_id in portal.web.log()

    portal.browser.cookies.set("portal_language", "it")
    italian = portal.get("/sessions/")
    portal.browser.cookies.set("portal_language", "en")
    assert italian.status_code == 503
    assert '<html lang="it"' in italian.text

    part = portal.get("/search/palette/?q=a", **{"HX-Request": "true"})
    assert (part.status_code, part.headers["X-Problem"]) == (503, "503")
    assert "<html" not in part.text

    sent = portal.post("/sessions/1/cancel/")
    assert sent.status_code == 503
    assert "still in the form" in sent.text

    call = portal.get("/api/v1/packages/")
    assert (call.status_code, call.json()["code"], "Retry-After" in call.headers) == (503, "busy", True)

    # What needs no database goes on: liveness, the sign-in page of a stranger, the stylesheet.
    assert requests.get(f"{portal.web.url}/livez", timeout=30).status_code == 200
    assert requests.get(f"{portal.web.url}/readyz", timeout=30).status_code == 503
    stranger = requests.get(f"{portal.web.url}/accounts/login/", timeout=30)
    assert stranger.status_code == 200
    stylesheet = re.search(r'href="(/static/[^"]+\.css)"', stranger.text)
    assert stylesheet is not None
    assert portal.get(stylesheet[1]).status_code == 200

    portal.postgres.start()
    portal.postgres.wait_ready()
    assert portal.get("/readyz").status_code == 200
    assert portal.get("/").status_code == 200


def test_without_valkey_the_portal_goes_on(portal: Portal) -> None:
    portal.valkey.stop()
    assert portal.get("/").status_code == 200
    assert signed_in(portal.web.url).cookies["portal_session"]
    portal.valkey.start()
    portal.valkey.wait_ready()
