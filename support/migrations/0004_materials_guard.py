from django.db import migrations

from core.migration_operations import append_only


class Migration(migrations.Migration):
    """A file that was handed out is never rewritten."""

    dependencies = [("support", "0003_materials")]
    operations = [append_only("material_versions")]
