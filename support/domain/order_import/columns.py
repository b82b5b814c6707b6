"""The columns of a file of orders."""

from django.utils.translation import gettext_lazy as _

from core.sheets.columns import Column

COLUMNS = (
    Column("customer", "customer", "cliente", 200, _("The name of the organisation, as it stands in the portal.")),
    Column("order", "order_number", "numero_ordine", 40, _("Rows of one number are lines of one order.")),
    Column("placed", "placed", "data_ordine", 20, _("The day on which it was placed, such as 2026-01-31.")),
    Column("ring_model", "ring_model", "modello", 80, _("Such as Oura Ring 4.")),
    Column("colour", "colour", "colore", 60, _("As it stands on the order.")),
    Column("size", "size", "taglia", 10, _("The ring's size.")),
    Column("quantity", "quantity", "quantita", 10, _("How many were bought: a whole number.")),
    Column(
        "received",
        "received",
        "ricevuto",
        40,
        _("The day of receipt, or the instant with its offset, such as 2026-02-03T23:30:00+09:00."),
        required=False,
    ),
    Column(
        "time_zone",
        "time_zone",
        "fuso_orario",
        64,
        _("Where it is received, such as Europe/Rome; empty: the customer's."),
        required=False,
    ),
)
