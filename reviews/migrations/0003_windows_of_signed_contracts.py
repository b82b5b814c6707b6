from datetime import timedelta

from django.db import migrations

from core.dates import add_months

MONTHS_BETWEEN = {"quarterly": 3, "monthly": 1}


def open_windows(apps, schema_editor):
    """What signing does since: every window that the package of a contract foresees."""
    contracts = apps.get_model("support_packages", "Contract").objects.select_related("package_version")
    review = apps.get_model("reviews", "Review")
    review.objects.bulk_create(
        [
            review(
                contract=contract,
                number=number + 1,
                window_starts_on=add_months(contract.starts_on, number * step),
                window_ends_on=add_months(contract.starts_on, (number + 1) * step) - timedelta(days=1),
            )
            for contract in contracts.filter(package_version__review_cadence__in=MONTHS_BETWEEN)
            for step in (MONTHS_BETWEEN[contract.package_version.review_cadence],)
            for number in range(contract.package_version.review_count)
        ],
        batch_size=1000,
    )


class Migration(migrations.Migration):
    """Contracts that were signed before there were reviews have their windows too."""

    dependencies = [("reviews", "0002_guards")]
    operations = [migrations.RunPython(open_windows, migrations.RunPython.noop)]
