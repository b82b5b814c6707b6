from django.db import migrations

from core.migration_operations import append_only, frozen_columns

ONE_CONTRACT = migrations.RunSQL(
    # A row and what it points at belong to the same contract: the mix-up of two customers cannot be written.
    """
    ALTER TABLE ledger_entries
        ADD CONSTRAINT ledger_entries_session_of_contract
            FOREIGN KEY (session_id, contract_id) REFERENCES consulting_sessions (id, contract_id),
        ADD CONSTRAINT ledger_entries_reverses_in_contract
            FOREIGN KEY (reverses_id, contract_id) REFERENCES ledger_entries (id, contract_id);
    ALTER TABLE entry_shares
        ADD CONSTRAINT entry_shares_entry_of_contract
            FOREIGN KEY (entry_id, contract_id) REFERENCES ledger_entries (id, contract_id);
    ALTER TABLE consulting_sessions
        ADD CONSTRAINT consulting_sessions_end_is_start_plus_length
            CHECK (EXTRACT(EPOCH FROM ends_at - starts_at) = duration_minutes * 60);
    """,
    """
    ALTER TABLE consulting_sessions DROP CONSTRAINT consulting_sessions_end_is_start_plus_length;
    ALTER TABLE entry_shares DROP CONSTRAINT entry_shares_entry_of_contract;
    ALTER TABLE ledger_entries
        DROP CONSTRAINT ledger_entries_session_of_contract, DROP CONSTRAINT ledger_entries_reverses_in_contract;
    """,
)

REVERSALS = migrations.RunSQL(
    # A reversal takes all of a consumption or an adjustment, and of nothing else.
    """
    CREATE FUNCTION check_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE target ledger_entries%ROWTYPE;
    BEGIN
        SELECT * INTO target FROM ledger_entries WHERE id = NEW.reverses_id;
        IF target.kind NOT IN ('consumption', 'adjustment') OR target.minutes <> -NEW.minutes THEN
            RAISE EXCEPTION 'a reversal takes all of a time entry or an adjustment'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entries_reversal_takes_all';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER ledger_entries_reversal_takes_all BEFORE INSERT ON ledger_entries
        FOR EACH ROW WHEN (NEW.kind = 'reversal') EXECUTE FUNCTION check_reversal();
    """,
    "DROP TRIGGER ledger_entries_reversal_takes_all ON ledger_entries; DROP FUNCTION check_reversal();",
)

CONSERVATION = migrations.RunSQL(
    # At every commit, whoever wrote: each unreversed time entry is shared out whole, each reversed one draws nothing,
    # and a contract's included minutes never exceed what was granted.
    """
    CREATE FUNCTION check_shares() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        available bigint;
        drawn bigint;
        wrong bigint;
    BEGIN
        SELECT coalesce(sum(e.minutes) FILTER (WHERE e.kind IN ('grant', 'adjustment') AND r.id IS NULL), 0),
               coalesce(sum(s.included_minutes), 0),
               count(*) FILTER (WHERE e.kind = 'consumption' AND (
                    s.entry_id IS NULL
                    OR s.is_reversed <> (r.id IS NOT NULL)
                    OR (r.id IS NULL AND s.included_minutes + s.overage_minutes <> e.minutes)
                    OR s.staff_id <> e.staff_id OR s.started_at <> e.started_at))
          INTO available, drawn, wrong
          FROM ledger_entries e
          LEFT JOIN ledger_entries r ON r.reverses_id = e.id
          LEFT JOIN entry_shares s ON s.entry_id = e.id
         WHERE e.contract_id = NEW.contract_id;
        IF drawn > available OR wrong > 0 THEN
            RAISE EXCEPTION 'contract %: % minutes drawn of %, % time entries wrongly shared out',
                NEW.contract_id, drawn, available, wrong
                USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_shares_conserve_minutes';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER ledger_entries_conserve_minutes AFTER INSERT ON ledger_entries
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_shares();
    CREATE CONSTRAINT TRIGGER entry_shares_conserve_minutes AFTER INSERT OR UPDATE ON entry_shares
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_shares();
    """,
    """
    DROP TRIGGER ledger_entries_conserve_minutes ON ledger_entries;
    DROP TRIGGER entry_shares_conserve_minutes ON entry_shares;
    DROP FUNCTION check_shares();
    """,
)


class Migration(migrations.Migration):
    """The ledger and what proves it are append-only; minutes are conserved at every commit."""

    dependencies = [("consulting_sessions", "0002_initial"), ("core", "0001_guards")]
    operations = [
        append_only("ledger_entries"),
        append_only("session_events"),
        append_only("overage_acceptances"),
        append_only("waivers"),
        append_only("waiver_decisions"),
        append_only("billing_periods"),
        frozen_columns("consulting_sessions", "contract_id", "session_type", "booked_at", "booked_by_id"),
        frozen_columns("entry_shares", "contract_id", "staff_id", "started_at"),
        ONE_CONTRACT,
        REVERSALS,
        CONSERVATION,
    ]
