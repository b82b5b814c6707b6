import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A contract is renewed once; a renewal that was voided makes room for another."""

    dependencies = [("support_packages", "0004_terms_guard")]
    operations = [
        migrations.AlterField(
            model_name="contract",
            name="renews",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="renewals",
                to="support_packages.contract",
            ),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.UniqueConstraint(
                condition=models.Q(("voided_at__isnull", True)), fields=("renews",), name="contracts_renewed_once"
            ),
        ),
    ]
