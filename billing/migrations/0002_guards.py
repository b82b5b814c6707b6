from django.db import migrations

from core.migration_operations import append_only

WHAT_BELONGS_TOGETHER = migrations.RunSQL(
    # A line stands in a statement of its close and bills an entry of its contract; a statement adds up its lines; what
    # all closes billed for an entry is never below nothing and never more minutes than were delivered.
    """
    ALTER TABLE statement_lines
        ADD CONSTRAINT statement_lines_statement_of_close
            FOREIGN KEY (statement_id, close_id) REFERENCES statements (id, close_id),
        ADD CONSTRAINT statement_lines_entry_of_contract
            FOREIGN KEY (entry_id, contract_id) REFERENCES ledger_entries (id, contract_id);

    CREATE FUNCTION check_statement() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM statement_lines WHERE statement_id = NEW.id
            HAVING count(*) > 0 AND sum(minutes) = NEW.minutes AND sum(amount) = NEW.amount;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'statement % does not add up its lines', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'statements_add_up';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER statements_add_up AFTER INSERT ON statements
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_statement();

    CREATE FUNCTION check_statement_line() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM statement_lines l JOIN ledger_entries e ON e.id = l.entry_id
            WHERE l.entry_id = NEW.entry_id
            HAVING sum(l.minutes) < 0 OR sum(l.minutes) > max(e.minutes) OR sum(l.amount) < 0;
        IF FOUND THEN
            RAISE EXCEPTION 'time entry % is billed for less than nothing or more than was delivered', NEW.entry_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_lines_within_the_entry';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER statement_lines_within_the_entry AFTER INSERT ON statement_lines
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_statement_line();
    """,
    """
    DROP TRIGGER statement_lines_within_the_entry ON statement_lines;
    DROP FUNCTION check_statement_line();
    DROP TRIGGER statements_add_up ON statements;
    DROP FUNCTION check_statement();
    ALTER TABLE statement_lines
        DROP CONSTRAINT statement_lines_statement_of_close, DROP CONSTRAINT statement_lines_entry_of_contract;
    """,
)


class Migration(migrations.Migration):
    """What was billed is never rewritten, and adds up whoever writes."""

    dependencies = [("billing", "0001_closes"), ("core", "0001_guards")]
    operations = [
        append_only("closes"),
        append_only("statements"),
        append_only("statement_lines"),
        append_only("statement_invoices"),
        WHAT_BELONGS_TOGETHER,
    ]
