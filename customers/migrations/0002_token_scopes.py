import django.contrib.postgres.fields
from django.db import migrations, models

EVERY_SCOPE = ["read", "book", "log_time", "billing", "manage"]


def every_scope() -> list[str]:
    """What a token opened before there were scopes, unless it was read-only."""
    return list(EVERY_SCOPE)


def keep_read_only(apps, schema_editor):
    apps.get_model("customers", "ApiToken").objects.filter(read_only=True).update(scopes=["read"])


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="last_used_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="last used"),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20), default=every_scope, size=None, verbose_name="scopes"
            ),
            preserve_default=False,
        ),
        migrations.RunPython(keep_read_only, migrations.RunPython.noop),
        migrations.RemoveField(model_name="apitoken", name="read_only"),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("scopes__contained_by", ["read", "book", "log_time", "billing", "manage"]),
                    models.Q(("scopes", []), _negated=True),
                ),
                name="api_tokens_scopes_known",
            ),
        ),
    ]
