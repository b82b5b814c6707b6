"""The containers' files: the same two roles as everywhere, no secret, no root."""

import os
import re
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from core.database_roles import EXTENSIONS
from dev.paths import ROOT
from dev.postgres import PostgresServer
from dev.provision import APPLICATION, OWNER, RolePasswords, ensure_database, ensure_extensions, ensure_roles

ROLES = """
    SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolcanlogin FROM pg_roles WHERE rolname ~ '^portal' ORDER BY 1
"""
DATABASE = "SELECT pg_get_userbyid(datdba), array_to_string(datacl, ' ') FROM pg_database WHERE datname = 'portal'"
EXTENSIONS_THERE = "SELECT extname::text FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1"
MAY_CREATE = f"SELECT has_schema_privilege('{APPLICATION}', 'public', 'CREATE')"


@pytest.fixture
def empty_server(tmp_path: Path) -> Generator[PostgresServer]:
    """A PostgreSQL on which nothing was provisioned."""
    server = PostgresServer(data=tmp_path / "data", log=tmp_path / "log", superuser_password="secret", durable=False)
    server.start()
    server.wait_ready()
    yield server
    server.stop()
    shutil.rmtree(server.data, ignore_errors=True)


def provisioned(server: PostgresServer) -> list[object]:
    found: list[object] = []
    for database, statements in (("postgres", (ROLES, DATABASE)), ("portal", (EXTENSIONS_THERE, MAY_CREATE))):
        connection = server.connect(database)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                found.append(cursor.fetchall())
        connection.close()
    return found


def test_the_script_of_the_containers_makes_what_the_launcher_makes(empty_server: PostgresServer) -> None:
    script = ROOT / "docker" / "postgres" / "10-roles.sh"
    environment = {
        "PATH": f"{empty_server.programs.folder}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(empty_server.port),
        "PGPASSWORD": empty_server.superuser_password,
        "POSTGRES_USER": "postgres",
        "PORTAL_OWNER_PASSWORD": 'it\'s "quoted" \\ $too',
        "PORTAL_APP_PASSWORD": "b",
    }
    subprocess.run([str(script)], env=environment, check=True, capture_output=True)
    by_script = provisioned(empty_server)
    admin = empty_server.connect("postgres")
    with admin.cursor() as cursor:
        for statement in ("DROP DATABASE portal", f"DROP ROLE {OWNER}", f"DROP ROLE {APPLICATION}"):
            cursor.execute(statement)
    ensure_roles(admin, RolePasswords(owner="a", application="b"))
    ensure_database(admin, name="portal")
    admin.close()
    inside = empty_server.connect("portal")
    ensure_extensions(inside)
    inside.close()
    assert by_script == provisioned(empty_server)
    assert by_script[2] == [(name,) for name in EXTENSIONS]


def test_no_secret_stands_in_the_compose_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    secrets = re.findall(r"^ *\w*(?:SECRET|PASSWORD|AUTH)\w*: *(\S+)", text, re.MULTILINE)
    assert secrets
    assert [value for value in secrets if not value.startswith("${")] == []
    assert re.findall(r"://\w*:(?!\$\{)[^@\s]*@", text) == []


def test_every_variable_without_a_default_is_in_the_example() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    needed = set(re.findall(r"\$\{(\w+):\?", text))
    offered = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert needed <= offered


def test_the_image_does_not_run_as_root() -> None:
    last_stage = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (\w+)$", last_stage, re.MULTILINE) == ["portal"]
