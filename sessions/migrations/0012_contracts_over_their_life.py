from django.db import migrations

COVERS_ENTRIES = """
    CREATE OR REPLACE FUNCTION check_contract_covers_entries() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM ledger_entries e
            WHERE e.contract_id = NEW.id AND e.kind = 'consumption'
              AND ({voided} OR e.service_date > NEW.ends_on
                   AND NOT EXISTS (SELECT 1 FROM ledger_entries r WHERE r.reverses_id = e.id));
        IF FOUND THEN
            RAISE EXCEPTION 'contract % has time entries that it would no longer cover', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'contracts_cover_entries';
        END IF;
        RETURN NEW;
    END $$;
"""

NOTHING_WAS_LOGGED = migrations.RunSQL(
    # A contract is voided while nothing was ever logged on it, reversed or not.
    COVERS_ENTRIES.format(voided="NEW.voided_at IS NOT NULL"),
    COVERS_ENTRIES.format(
        voided="NEW.voided_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_entries r WHERE r.reverses_id = e.id)"
    ),
)

ENDS = migrations.RunSQL(
    # An end moves neither into a closed month nor on a voided contract, and a void is for good; no booked session is
    # left behind at the commit.
    """
    CREATE FUNCTION check_contract_life() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.voided_at IS NOT NULL THEN
            RAISE EXCEPTION 'contract % is voided for good', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'contracts_voided_for_good';
        END IF;
        IF NEW.ends_on <> OLD.ends_on
           AND NEW.ends_on < (SELECT max(month) + interval '1 month' FROM billing_periods) THEN
            RAISE EXCEPTION 'contract % cannot end in a closed month', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'contracts_end_in_open_month';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER contracts_over_their_life BEFORE UPDATE OF ends_on, voided_at, voided_by_id ON contracts
        FOR EACH ROW EXECUTE FUNCTION check_contract_life();

    CREATE FUNCTION check_contract_covers_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM consulting_sessions s JOIN contracts c ON c.id = s.contract_id
            WHERE c.id = NEW.id AND s.status = 'booked'
              AND (c.voided_at IS NOT NULL OR (s.starts_at AT TIME ZONE c.time_zone)::date > c.ends_on);
        IF FOUND THEN
            RAISE EXCEPTION 'contract % has booked sessions that it would no longer cover', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'contracts_cover_sessions';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER contracts_cover_sessions AFTER UPDATE OF ends_on, voided_at ON contracts
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_contract_covers_sessions();
    """,
    """
    DROP TRIGGER contracts_cover_sessions ON contracts;
    DROP FUNCTION check_contract_covers_sessions();
    DROP TRIGGER contracts_over_their_life ON contracts;
    DROP FUNCTION check_contract_life();
    """,
)


class Migration(migrations.Migration):
    """A contract ends and is voided by the rules, whoever writes."""

    dependencies = [
        ("consulting_sessions", "0011_time_requests"),
        ("support_packages", "0005_renewed_once"),
    ]
    operations = [NOTHING_WAS_LOGGED, ENDS]
