from django.db import migrations

from core.migration_operations import append_only


class Migration(migrations.Migration):
    """The audit trail is never rewritten."""

    dependencies = [("core", "0003_initial")]
    operations = [append_only("audit_events")]
