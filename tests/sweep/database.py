"""What a request left in the database."""

from django.db import connection

NOT_FACTS = frozenset({"django_session", "django_migrations"})


def attempted() -> int:
    """Rows that this transaction has tried to write so far, undone or not, sessions of sign-in apart."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)"
            " FROM pg_stat_xact_user_tables WHERE relname <> 'django_session'"
        )
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def snapshot() -> dict[str, str]:
    """Of every table, a hash of all its rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        tables = [name for (name,) in cursor.fetchall() if name not in NOT_FACTS]
        hashes = (
            f"SELECT '{table}', md5(coalesce(string_agg(each::text, '|' ORDER BY each::text), '')) FROM {table} each"
            for table in tables
        )
        cursor.execute(" UNION ALL ".join(hashes))
        return dict(cursor.fetchall())
