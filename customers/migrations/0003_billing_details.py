import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """To whom statements are made out, and to whom they go."""

    dependencies = [("customers", "0002_token_scopes")]
    operations = [
        migrations.CreateModel(
            name="BillingDetails",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="billing_details",
                        serialize=False,
                        to="customers.customer",
                    ),
                ),
                ("billing_name", models.CharField(blank=True, max_length=200, verbose_name="billing name")),
                ("billing_address", models.TextField(blank=True, max_length=500, verbose_name="billing address")),
                ("vat_id", models.CharField(blank=True, max_length=30, verbose_name="VAT id")),
                ("purchase_order", models.CharField(blank=True, max_length=60, verbose_name="purchase order")),
                (
                    "billing_email",
                    models.EmailField(blank=True, max_length=254, verbose_name="billing e-mail address"),
                ),
            ],
            options={
                "verbose_name": "billing details",
                "verbose_name_plural": "billing details",
                "db_table": "billing_details",
            },
        ),
    ]
