from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consulting_sessions", "0012_contracts_over_their_life"),
        ("support_packages", "0005_renewed_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(
                models.OrderBy(models.F("started_at"), descending=True, nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("kind", "consumption")),
                name="ledger_entries_newest",
            ),
        ),
    ]
