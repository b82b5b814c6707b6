"""The catalogue: what can be bought today (DOMAIN.md §2)."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.refusals import InvalidInput
from customers.models import Role
from packages.domain.sample_terms import SAMPLE_PASSAGES, SAMPLE_TERMS
from packages.domain.terms import hash_of
from packages.models import Package, PackageVersion, TermsText, TermsVersion

_ADVISORY_ROLES = [Role.CSM, Role.CSE, Role.TDS]

FIRST_CATALOGUE: dict[str, tuple[str, dict[str, object]]] = {
    "launch-kit": (
        "Launch Kit",
        {
            "included_minutes": 240,
            "window_days": 90,
            "review_count": 0,
            "review_cadence": "",
            "dedicated_role": Role.AM,
            "delivering_roles": [Role.AM],
        },
    ),
    "pro-lite": (
        "Pro Lite Success",
        {
            "included_minutes": 120,
            "window_days": None,
            "review_count": 4,
            "review_cadence": "quarterly",
            "dedicated_role": Role.CSM,
            "delivering_roles": _ADVISORY_ROLES,
        },
    ),
    "premium": (
        "Premium Success",
        {
            "included_minutes": 120,
            "window_days": None,
            "review_count": 12,
            "review_cadence": "monthly",
            "dedicated_role": Role.CSM,
            "delivering_roles": _ADVISORY_ROLES,
        },
    ),
}


def newest_version(package_code: str) -> PackageVersion:
    """The version that a contract signed today gets.

    :raises InvalidInput: if there is no such package
    """
    version = (
        PackageVersion.objects.filter(package__code=package_code).select_related("package").order_by("-version").first()
    )
    if version is None:
        raise InvalidInput(_("There is no such package."), field="package")
    return version


@transaction.atomic
def publish_catalogue(*, now: datetime) -> None:
    """Write the first catalogue and the sample terms where they are missing; what is there stays as it is."""
    for code, (name, grants) in FIRST_CATALOGUE.items():
        package, _created = Package.objects.get_or_create(code=code, defaults={"name": name})
        PackageVersion.objects.get_or_create(package=package, version=1, defaults={**grants, "published_at": now})
    terms, _created = TermsVersion.objects.get_or_create(
        version="1",
        defaults={"in_force_from": date(2024, 1, 1), "passages": SAMPLE_PASSAGES, "published_at": now},
    )
    for language, (title, body) in SAMPLE_TERMS.items():
        TermsText.objects.get_or_create(
            terms=terms, language=language, defaults={"title": title, "body": body, "sha256": hash_of(body)}
        )
