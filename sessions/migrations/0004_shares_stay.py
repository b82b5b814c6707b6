from django.db import migrations


class Migration(migrations.Migration):
    """A share is rewritten, never removed: without its row an entry would draw nothing and nobody would be told."""

    dependencies = [("consulting_sessions", "0003_guards")]
    operations = [
        migrations.RunSQL(
            """
            CREATE TRIGGER never_deleted BEFORE DELETE ON entry_shares
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER never_emptied BEFORE TRUNCATE ON entry_shares
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            """,
            "DROP TRIGGER never_deleted ON entry_shares; DROP TRIGGER never_emptied ON entry_shares;",
        ),
        migrations.RunSQL(
            """
            ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_basis_known
                CHECK (basis = 'delivered' OR (
                    kind = 'consumption' AND basis IN ('late_cancellation', 'no_show')
                    AND session_id IS NOT NULL AND reason <> ''));
            """,
            "ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_basis_known;",
        ),
    ]
