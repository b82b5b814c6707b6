from django.db import migrations

from core.migration_operations import append_only, frozen_columns

ONE_DIARY = migrations.RunSQL(
    # A review that is planned or held stands in the diary of everybody who takes part, at its own time; who takes part
    # no more has no place left there.
    """
    ALTER TABLE diary_entries ADD CONSTRAINT diary_entries_with_staff UNIQUE (id, staff_id);
    ALTER TABLE review_staff
        ADD CONSTRAINT review_staff_own_diary
            FOREIGN KEY (diary_entry_id, person_id) REFERENCES diary_entries (id, staff_id);
    ALTER TABLE reviews
        ADD CONSTRAINT reviews_end_is_start_plus_length
            CHECK (EXTRACT(EPOCH FROM ends_at - starts_at) = duration_minutes * 60);

    CREATE FUNCTION check_review_in_diary() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        concerned bigint;
        review reviews%ROWTYPE;
        in_diary bigint;
        elsewhere bigint;
    BEGIN
        IF TG_TABLE_NAME = 'reviews' THEN
            concerned := (to_jsonb(NEW) ->> 'id')::bigint;
        ELSIF TG_OP = 'DELETE' THEN
            concerned := (to_jsonb(OLD) ->> 'review_id')::bigint;
            PERFORM 1 FROM diary_entries d WHERE d.id = (to_jsonb(OLD) ->> 'diary_entry_id')::bigint
               AND d.session_id IS NULL AND NOT EXISTS (SELECT 1 FROM review_staff s WHERE s.diary_entry_id = d.id);
            IF FOUND THEN
                RAISE EXCEPTION 'a place in the diary is left of review %', concerned
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'review_staff_leaves_no_place';
            END IF;
        ELSE
            concerned := (to_jsonb(NEW) ->> 'review_id')::bigint;
        END IF;
        SELECT * INTO review FROM reviews WHERE id = concerned;
        SELECT count(*), count(*) FILTER (WHERE d.starts_at <> review.starts_at OR d.ends_at <> review.ends_at)
          INTO in_diary, elsewhere
          FROM review_staff s JOIN diary_entries d ON d.id = s.diary_entry_id WHERE s.review_id = concerned;
        IF (review.status = 'due') <> (in_diary = 0) OR elsewhere > 0 THEN
            RAISE EXCEPTION 'review % is % with % places in the diary, % of them at another time',
                concerned, review.status, in_diary, elsewhere
                USING ERRCODE = 'check_violation', CONSTRAINT = 'reviews_in_diary';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER reviews_in_diary AFTER INSERT OR UPDATE ON reviews
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_review_in_diary();
    CREATE CONSTRAINT TRIGGER review_staff_in_diary AFTER INSERT OR UPDATE OR DELETE ON review_staff
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_review_in_diary();
    """,
    """
    DROP TRIGGER review_staff_in_diary ON review_staff;
    DROP TRIGGER reviews_in_diary ON reviews;
    DROP FUNCTION check_review_in_diary();
    ALTER TABLE reviews DROP CONSTRAINT reviews_end_is_start_plus_length;
    ALTER TABLE review_staff DROP CONSTRAINT review_staff_own_diary;
    ALTER TABLE diary_entries DROP CONSTRAINT diary_entries_with_staff;
    """,
)


class Migration(migrations.Migration):
    """Windows never change, what happened stays, and reviews share the one diary with sessions."""

    dependencies = [("reviews", "0001_reviews"), ("core", "0001_guards")]
    operations = [
        frozen_columns("reviews", "contract_id", "number", "window_starts_on", "window_ends_on"),
        append_only("review_events"),
        append_only("review_internal_notes"),
        ONE_DIARY,
    ]
