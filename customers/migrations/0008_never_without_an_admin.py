from django.db import migrations

NEVER_WITHOUT_AN_ADMIN = migrations.RunSQL(
    # Two admins who remove each other at once queue for the customer's row: the second sees what the first did.
    """
    CREATE FUNCTION check_customer_keeps_an_admin() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM customers WHERE id = OLD.customer_id FOR NO KEY UPDATE;
        PERFORM 1 FROM memberships m JOIN users u ON u.id = m.user_id
            WHERE m.customer_id = OLD.customer_id AND m.kind = 'admin' AND m.until IS NULL AND u.is_active;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'customer % would be left without an admin', OLD.customer_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'memberships_keep_an_admin';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER memberships_keep_an_admin AFTER UPDATE OR DELETE ON memberships
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.kind = 'admin' AND OLD.until IS NULL)
        EXECUTE FUNCTION check_customer_keeps_an_admin();
    """,
    """
    DROP TRIGGER memberships_keep_an_admin ON memberships;
    DROP FUNCTION check_customer_keeps_an_admin();
    """,
)


class Migration(migrations.Migration):
    """A customer that has an admin keeps one, whoever writes (DOMAIN.md §12)."""

    dependencies = [("customers", "0007_people_leave")]
    operations = [NEVER_WITHOUT_AN_ADMIN]
