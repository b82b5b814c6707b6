from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_scan_runs")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ["failed", "unknown"])),
                fields=["state_since"],
                name="messages_in_doubt",
            ),
        ),
    ]
