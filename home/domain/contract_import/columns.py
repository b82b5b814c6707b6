"""The columns of the file: their headings in both languages, which must be there, how long a cell may be."""

from django.utils.translation import gettext_lazy as _

from core.sheets.columns import Column

COLUMNS = (
    Column("reference", "contract_reference", "riferimento_contratto", 100, _("The CRM's own id of this contract.")),
    Column("name", "customer", "cliente", 200, _("The name of the organisation.")),
    Column("country", "country", "paese", 100, _("Two letters, such as IT, or the name.")),
    Column("time_zone", "time_zone", "fuso_orario", 64, _("Such as Europe/Rome.")),
    Column("language", "language", "lingua", 40, _("en or it: how its people are written to at first.")),
    Column("currency", "currency", "valuta", 3, _("In which overage is billed, such as EUR.")),
    Column("package", "package", "pacchetto", 100, _("launch-kit, pro-lite or premium.")),
    Column("starts_on", "start", "inizio", 20, _("First day of the contract, such as 2026-01-31.")),
    Column("ends_on", "end", "fine", 20, _("Last day of the contract.")),
    Column("lead", "lead", "referente_oura", 254, _("E-mail address of the customer's lead, one of our staff.")),
    Column(
        "dedicated",
        "dedicated",
        "persona_dedicata",
        254,
        _("E-mail address of the contract's dedicated person; empty: the lead."),
        required=False,
    ),
    Column(
        "contact_name",
        "primary_contact_name",
        "nome_referente",
        150,
        _("The customer's primary contact, who gets an invitation as its admin."),
    ),
    Column("contact_email", "primary_contact_email", "email_referente", 254, _("Their e-mail address.")),
    Column("billing_name", "billing_name", "intestazione", 200, _("To whom statements are made out."), required=False),
    Column(
        "billing_address",
        "billing_address",
        "indirizzo_fatturazione",
        500,
        _("Where they are; may have several lines."),
        required=False,
        lines=True,
    ),
    Column("vat_id", "vat_id", "partita_iva", 30, _("Their VAT id."), required=False),
    Column("purchase_order", "purchase_order", "ordine_acquisto", 60, _("The order number they want."), required=False),
    Column("billing_email", "billing_email", "email_fatturazione", 254, _("Who gets statements."), required=False),
    Column(
        "hourly_rate",
        "hourly_rate",
        "tariffa_oraria",
        20,
        _("A negotiated rate from the first day on; empty: the general one."),
        required=False,
    ),
)
