from django.db import migrations

WITHIN_THE_TERM = migrations.RunSQL(
    # A time entry lies in its contract's term, under the day of its start (the zones of the world lie within a day of
    # UTC), and every row that money hangs on names the close that will first know it.
    """
    ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_service_date_is_of_start
        CHECK (abs(service_date - (started_at AT TIME ZONE 'UTC')::date) <= 1);

    CREATE FUNCTION check_entry_in_term() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM contracts
            WHERE id = NEW.contract_id AND voided_at IS NULL AND NEW.service_date BETWEEN starts_on AND ends_on;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'a time entry lies in the term of its contract, which is not voided'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entries_in_term';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER ledger_entries_in_term BEFORE INSERT ON ledger_entries
        FOR EACH ROW WHEN (NEW.kind = 'consumption') EXECUTE FUNCTION check_entry_in_term();

    CREATE FUNCTION check_known_in_close() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.known_in_close <> (SELECT coalesce(max(close_number), 0) + 1 FROM billing_periods) THEN
            RAISE EXCEPTION 'a row is first known to the next close'
                USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_known_in_next_close';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER known_in_next_close BEFORE INSERT ON ledger_entries
        FOR EACH ROW EXECUTE FUNCTION check_known_in_close();
    CREATE TRIGGER known_in_next_close BEFORE INSERT ON waiver_decisions
        FOR EACH ROW EXECUTE FUNCTION check_known_in_close();
    CREATE TRIGGER known_in_next_close BEFORE INSERT ON rate_lines
        FOR EACH ROW EXECUTE FUNCTION check_known_in_close();
    """,
    """
    DROP TRIGGER known_in_next_close ON rate_lines;
    DROP TRIGGER known_in_next_close ON waiver_decisions;
    DROP TRIGGER known_in_next_close ON ledger_entries;
    DROP FUNCTION check_known_in_close();
    DROP TRIGGER ledger_entries_in_term ON ledger_entries;
    DROP FUNCTION check_entry_in_term();
    ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_service_date_is_of_start;
    """,
)

WAIVERS = migrations.RunSQL(
    # What is waived is a time entry that stands.
    """
    CREATE FUNCTION check_waiver() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM ledger_entries e
            WHERE e.id = NEW.entry_id AND e.kind = 'consumption'
              AND NOT EXISTS (SELECT 1 FROM ledger_entries r WHERE r.reverses_id = e.id);
        IF NOT FOUND THEN
            RAISE EXCEPTION 'a waiver is of a time entry that is not reversed'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'waivers_of_standing_entries';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER waivers_of_standing_entries BEFORE INSERT ON waivers
        FOR EACH ROW EXECUTE FUNCTION check_waiver();
    """,
    "DROP TRIGGER waivers_of_standing_entries ON waivers; DROP FUNCTION check_waiver();",
)

ONE_DIARY = migrations.RunSQL(
    # A session and its place in the diary are the same person and time, also after a move; whoever is booked or held
    # has a place there; held is what has time logged.
    """
    ALTER TABLE consulting_sessions
        ADD CONSTRAINT consulting_sessions_with_time UNIQUE (id, staff_id, starts_at, ends_at);
    ALTER TABLE diary_entries
        ADD CONSTRAINT diary_entries_time_of_session
            FOREIGN KEY (session_id, staff_id, starts_at, ends_at)
            REFERENCES consulting_sessions (id, staff_id, starts_at, ends_at) ON UPDATE CASCADE;

    CREATE FUNCTION check_session_state() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        concerned bigint := CASE TG_TABLE_NAME WHEN 'diary_entries' THEN (to_jsonb(OLD) ->> 'session_id')::bigint
                                 ELSE (to_jsonb(NEW) ->> 'id')::bigint END;
        state varchar;
    BEGIN
        SELECT status INTO state FROM consulting_sessions WHERE id = concerned;
        IF state IN ('booked', 'held') AND NOT EXISTS (SELECT 1 FROM diary_entries WHERE session_id = concerned) THEN
            RAISE EXCEPTION 'session % is % without a place in the diary', concerned, state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'consulting_sessions_in_diary';
        END IF;
        IF state = 'held' AND NOT EXISTS (
            SELECT 1 FROM ledger_entries e WHERE e.session_id = concerned
               AND NOT EXISTS (SELECT 1 FROM ledger_entries r WHERE r.reverses_id = e.id)) THEN
            RAISE EXCEPTION 'session % is held without time logged', concerned
                USING ERRCODE = 'check_violation', CONSTRAINT = 'consulting_sessions_held_has_time';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER consulting_sessions_state AFTER INSERT OR UPDATE ON consulting_sessions
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_session_state();
    CREATE CONSTRAINT TRIGGER diary_entries_of_sessions AFTER DELETE ON diary_entries
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_session_state();
    """,
    """
    DROP TRIGGER diary_entries_of_sessions ON diary_entries;
    DROP TRIGGER consulting_sessions_state ON consulting_sessions;
    DROP FUNCTION check_session_state();
    ALTER TABLE diary_entries DROP CONSTRAINT diary_entries_time_of_session;
    ALTER TABLE consulting_sessions DROP CONSTRAINT consulting_sessions_with_time;
    """,
)

CONTRACTS = migrations.RunSQL(
    # Nothing that was delivered falls out of a contract afterwards; a negotiated rate is in the contract's currency.
    """
    CREATE FUNCTION check_contract_covers_entries() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM ledger_entries e
            WHERE e.contract_id = NEW.id AND e.kind = 'consumption'
              AND (NEW.voided_at IS NOT NULL OR e.service_date > NEW.ends_on)
              AND NOT EXISTS (SELECT 1 FROM ledger_entries r WHERE r.reverses_id = e.id);
        IF FOUND THEN
            RAISE EXCEPTION 'contract % has time entries that it would no longer cover', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'contracts_cover_entries';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER contracts_cover_entries BEFORE UPDATE OF ends_on, voided_at ON contracts
        FOR EACH ROW EXECUTE FUNCTION check_contract_covers_entries();

    ALTER TABLE contracts ADD CONSTRAINT contracts_with_currency UNIQUE (id, currency);
    ALTER TABLE rate_lines ADD CONSTRAINT rate_lines_currency_of_contract
        FOREIGN KEY (contract_id, currency) REFERENCES contracts (id, currency);
    ALTER TABLE booking_policy ADD CONSTRAINT booking_policy_buffer CHECK (buffer_minutes <= 240);
    """,
    """
    ALTER TABLE booking_policy DROP CONSTRAINT booking_policy_buffer;
    ALTER TABLE rate_lines DROP CONSTRAINT rate_lines_currency_of_contract;
    ALTER TABLE contracts DROP CONSTRAINT contracts_with_currency;
    DROP TRIGGER contracts_cover_entries ON contracts;
    DROP FUNCTION check_contract_covers_entries();
    """,
)


class Migration(migrations.Migration):
    """What belongs together stays together, whoever writes."""

    dependencies = [("consulting_sessions", "0004_shares_stay"), ("support_packages", "0002_guards")]
    operations = [WITHIN_THE_TERM, WAIVERS, ONE_DIARY, CONTRACTS]
