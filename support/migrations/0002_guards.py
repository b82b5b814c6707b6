from django.db import migrations

from core.migration_operations import append_only, frozen_columns

ONE_CUSTOMER = migrations.RunSQL(
    # A request, its order and the lines that come back belong to one customer and one order: the mix-up of two cannot
    # be written.
    """
    ALTER TABLE support_requests
        ADD CONSTRAINT support_requests_order_of_customer
            FOREIGN KEY (order_id, customer_id) REFERENCES orders (id, customer_id);
    ALTER TABLE return_items
        ADD CONSTRAINT return_items_request_of_order
            FOREIGN KEY (request_id, order_id) REFERENCES support_requests (id, order_id),
        ADD CONSTRAINT return_items_line_of_order
            FOREIGN KEY (line_id, order_id) REFERENCES order_lines (id, order_id);
    """,
    """
    ALTER TABLE return_items
        DROP CONSTRAINT return_items_line_of_order, DROP CONSTRAINT return_items_request_of_order;
    ALTER TABLE support_requests DROP CONSTRAINT support_requests_order_of_customer;
    """,
)

NOT_MORE_THAN_BOUGHT = migrations.RunSQL(
    # Whoever writes: what comes back of a line never exceeds what was bought. The line is locked before it is counted,
    # so that two who write at once are counted one after the other.
    """
    CREATE FUNCTION check_returned() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        bought bigint;
        returned bigint;
    BEGIN
        SELECT quantity INTO bought FROM order_lines WHERE id = NEW.line_id FOR NO KEY UPDATE;
        SELECT coalesce(sum(quantity), 0) INTO returned
            FROM return_items WHERE line_id = NEW.line_id AND NOT called_off AND id <> NEW.id;
        IF returned + NEW.quantity > bought THEN
            RAISE EXCEPTION 'line %: % of % come back', NEW.line_id, returned + NEW.quantity, bought
                USING ERRCODE = 'check_violation', CONSTRAINT = 'return_items_not_more_than_bought';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER return_items_not_more_than_bought BEFORE INSERT OR UPDATE ON return_items
        FOR EACH ROW WHEN (NOT NEW.called_off) EXECUTE FUNCTION check_returned();
    """,
    "DROP TRIGGER return_items_not_more_than_bought ON return_items; DROP FUNCTION check_returned();",
)


class Migration(migrations.Migration):
    dependencies = [("support", "0001_requests_and_orders"), ("core", "0001_guards")]

    operations = [
        ONE_CUSTOMER,
        NOT_MORE_THAN_BOUGHT,
        append_only("request_events"),
        append_only("routing_decisions"),
        append_only("return_exceptions"),
        # What was said to whom stays as it was said: a note of the staff never turns into a message to the customer.
        frozen_columns("request_messages", "request_id", "author_id", "from_staff", "internal", "written_at"),
        frozen_columns("return_items", "request_id", "order_id", "line_id", "quantity"),
        frozen_columns("order_lines", "order_id", "quantity"),
    ]
