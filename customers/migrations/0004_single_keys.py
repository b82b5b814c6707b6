from django.db import migrations, models


class Migration(migrations.Migration):
    """Shortcuts of a single key can be switched off."""

    dependencies = [("customers", "0003_billing_details")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="single_keys",
            field=models.BooleanField(default=True, verbose_name="shortcuts of a single key"),
        ),
    ]
