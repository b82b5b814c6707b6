"""Django's `migrate`, run as the owner of the tables, followed by the grants of the application's role."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, no_translations
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2.extensions import parse_dsn

from core.database_roles import grant_application_rights

# A rewrite of a large table takes as long as it takes, but must not queue everybody behind a lock it cannot get.
OWNER_OPTIONS = "-c statement_timeout=0 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=0"


@contextmanager
def as_owner(connection: BaseDatabaseWrapper, owner_url: str) -> Iterator[None]:
    """Connect as the owner of the tables for the duration of the block."""
    ours = dict(connection.settings_dict)
    owner = parse_dsn(owner_url)
    connection.close()
    connection.settings_dict.update(
        NAME=owner.pop("dbname", ours["NAME"]),
        USER=owner.pop("user", ""),
        PASSWORD=owner.pop("password", ""),
        HOST=owner.pop("host", ours["HOST"]),
        PORT=owner.pop("port", ours["PORT"]),
        OPTIONS={**ours["OPTIONS"], **owner, "options": OWNER_OPTIONS},
    )
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(ours)


class Command(MigrateCommand):
    """With `DATABASE_OWNER_URL`: migrate as the owner, then grant. Without: exactly Django's command."""

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        chosen = Namespace(**options)
        owner_url: str = settings.DATABASE_OWNER_URL
        if not owner_url or chosen.database != DEFAULT_DB_ALIAS:
            super().handle(*args, **options)
            return
        connection = connections[DEFAULT_DB_ALIAS]
        application_role = connection.settings_dict["USER"]
        if parse_dsn(owner_url).get("user") == application_role:
            raise CommandError("DATABASE_OWNER_URL names the application's own role: give the owner a role of its own.")
        with as_owner(connection, owner_url):
            super().handle(*args, **options)
            if not (chosen.plan or chosen.check_unapplied):
                with transaction.atomic(), connection.cursor() as cursor:
                    grant_application_rights(cursor, application_role=application_role)
