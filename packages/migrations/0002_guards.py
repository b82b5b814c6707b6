from django.db import migrations

from core.migration_operations import append_only, frozen_columns


class Migration(migrations.Migration):
    """What was sold, at which rate and under which terms is never rewritten."""

    dependencies = [("support_packages", "0001_initial"), ("core", "0001_guards")]
    operations = [
        append_only("package_versions"),
        append_only("rate_lines"),
        append_only("terms_texts"),
        append_only("terms_acceptances"),
        frozen_columns(
            "contracts",
            "customer_id",
            "package_version_id",
            "starts_on",
            "time_zone",
            "currency",
            "selling_entity",
            "terms_id",
            "signed_at",
        ),
    ]
