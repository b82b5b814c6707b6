from django.db import migrations

from core.migration_operations import append_only


class Migration(migrations.Migration):
    """A published version of the terms is never rewritten."""

    dependencies = [("support_packages", "0003_terms_are_published")]
    operations = [append_only("terms_versions")]
