"""Publishing a version of a package: contracts signed from then on get it, the others keep theirs (DOMAIN.md §2)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from packages.models import Package, PackageVersion


@transaction.atomic
def publish_version(*, version: PackageVersion, now: datetime) -> PackageVersion:
    """Give an unsaved `version` the next number of its package and write it."""
    Package.objects.select_for_update(no_key=True).get(pk=version.package_id)
    newest = PackageVersion.objects.filter(package=version.package_id).aggregate(newest=Max("version"))["newest"]
    version.version = (newest or 0) + 1
    version.published_at = now
    version.save(force_insert=True)
    return version
