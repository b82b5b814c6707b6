"""Guards that migrations put into the database, so that it refuses what must never be."""

from django.db.migrations import RunSQL

REFUSE_CHANGE = RunSQL(
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
    END $$;
    """,
    "DROP FUNCTION refuse_change();",
)


def append_only(table: str) -> RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE on `table` from every door.

    The triggers stop the owner too; `core.database_roles` takes the grants away from the application's role wherever
    it finds them, because whoever owns a table could disable its triggers.
    """
    return RunSQL(
        f"""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        """,
        f"DROP TRIGGER append_only ON {table}; DROP TRIGGER append_only_whole ON {table};",
    )


def frozen_columns(table: str, *columns: str) -> RunSQL:
    """Refuse an UPDATE that changes any of `columns` of `table`."""
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
    return RunSQL(
        f"CREATE TRIGGER frozen_columns BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({changed}) "
        "EXECUTE FUNCTION refuse_change();",
        f"DROP TRIGGER frozen_columns ON {table};",
    )
