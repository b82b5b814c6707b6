from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

from core.migration_operations import REFUSE_CHANGE


class Migration(migrations.Migration):
    """What later migrations build on: extensions, and the function behind every append-only table."""

    initial = True
    dependencies = []
    operations = [BtreeGistExtension(), TrigramExtension(), UnaccentExtension(), REFUSE_CHANGE]
