import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """A version of the terms is written as a draft and published; it says which section holds which rule."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("support_packages", "0002_guards"),
    ]
    operations = [
        migrations.AlterField("termsversion", "version", models.SlugField(max_length=20, unique=True, verbose_name="version")),
        migrations.AddField("termsversion", "passages", models.JSONField(default=dict)),
        migrations.AddField("termsversion", "published_at", models.DateTimeField(null=True, verbose_name="published")),
        migrations.AddField(
            "termsversion",
            "published_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="TermsDraft",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.SlugField(max_length=20, verbose_name="version")),
                ("in_force_from", models.DateField(verbose_name="in force from")),
                ("texts", models.JSONField(default=dict)),
                ("passages", models.JSONField(default=dict)),
                ("changed_at", models.DateTimeField(verbose_name="last changed")),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "terms_drafts",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="terms_drafts_one")],
            },
        ),
        migrations.RunSQL(
            # The sample that every installation began with states these rules in these sections.
            """
            UPDATE terms_versions SET passages = '{"included": 2, "overage": 3, "cancelling": 4, "lapse": 6}'
            WHERE version = '1'
            """,
            migrations.RunSQL.noop,
        ),
    ]
