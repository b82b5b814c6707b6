"""The database of the tests is as strict as production's, and every test finds it fresh."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection
from psycopg2.errors import InsufficientPrivilege
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case

from core.database_roles import append_only_tables


@pytest.mark.django_db
def test_tests_connect_as_the_application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('is_superuser')")
        assert cursor.fetchone() == ("portal_app", "off")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", [1, 2])
def test_what_a_transactional_test_commits_is_gone_in_the_next(
    round_: int, app_connection_factory: Callable[[], Connection]
) -> None:
    with app_connection_factory() as other, other.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (0,)
        cursor.execute("INSERT INTO django_session VALUES ('key', 'data', now())")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("statement", ["TRUNCATE {} CASCADE", "DELETE FROM {}", "ALTER TABLE {} DISABLE TRIGGER ALL"])
def test_the_application_role_can_neither_empty_nor_unguard_an_append_only_table(
    statement: str, owner_connection: Connection, app_connection_factory: Callable[[], Connection]
) -> None:
    with owner_connection.cursor() as cursor:
        tables = append_only_tables(cursor)
    assert tables
    for table in tables:
        with app_connection_factory().cursor() as cursor, pytest.raises(InsufficientPrivilege):
            cursor.execute(statement.format(table))


@pytest.mark.parametrize("round_", [1, 2])
def test_the_cache_is_empty_at_the_start_of_every_test(round_: int) -> None:
    assert cache.get("kept") is None
    cache.set("kept", round_)
    assert cache.get("kept") == round_
