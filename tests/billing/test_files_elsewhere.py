"""The files are the same bytes wherever they are rendered: other process, hash seed, locale, zone, after a restore."""

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import sql

from billing.models import BillingFile
from customers.models import BillingDetails, Customer
from dev.paths import ROOT
from dev.postgres import SUPERUSER, find_programs
from tests.billing.months import closed, render_all, two_customers
from tests.factories import acme
from tests.plugin.servers import TestServers

pytestmark = pytest.mark.django_db(transaction=True)

RESTORED = "portal_restored"


def hashes_elsewhere(environment: Mapping[str, str]) -> dict[int, str]:
    """The hash of every file by its id, as another process renders it."""
    program = [sys.executable, "-m", "tests.billing.render_elsewhere"]
    done = subprocess.run(program, env=dict(environment), cwd=ROOT, capture_output=True, text=True, check=True)
    return {int(file): sha256 for file, sha256 in json.loads(done.stdout).items()}


def restored(servers: TestServers, folder: Path) -> None:
    """A dump of this worker's database, restored into an empty one."""
    tools = find_programs(account=None).folder
    dump = folder / "dump"
    address = servers.database_url(role=SUPERUSER)
    subprocess.run([tools / "pg_dump", "--format=custom", f"--file={dump}", address], check=True, capture_output=True)
    with closing(psycopg2.connect(servers.database_url(role=SUPERUSER, database="postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(RESTORED)))
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(RESTORED)))
    target = servers.database_url(role=SUPERUSER, database=RESTORED)
    subprocess.run([tools / "pg_restore", f"--dbname={target}", dump], check=True, capture_output=True)


def test_every_file_is_the_same_bytes_elsewhere(servers: TestServers, tmp_path: Path) -> None:
    BillingDetails.objects.create(customer=acme(), billing_name="Acme S.p.A.", billing_address="Via Roma 1\nMilano")
    two_customers()
    Customer.objects.filter(name="Sakura").update(language="it")
    closed()
    render_all()
    stored = dict(BillingFile.objects.values_list("pk", "sha256"))
    assert len(set(stored.values())) == len(stored) == 9

    here = {**servers.environment(), "PATH": "/usr/bin:/bin"}
    elsewhere = {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}
    assert hashes_elsewhere({**here, "PYTHONHASHSEED": "0", "TZ": "America/New_York", "LC_ALL": "C"}) == stored
    assert hashes_elsewhere({**here, **elsewhere}) == stored
    restored(servers, tmp_path)
    assert hashes_elsewhere({**here, **servers.environment(database=RESTORED)}) == stored
