"""Which section of the terms a rule of the portal comes from, so that a screen can name it (DOMAIN.md §10)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from packages.models import TermsVersion


class Passage(TextChoices):
    """A rule that screens apply and that the terms state."""

    INCLUDED = "included", _("What draws on the included minutes")
    OVERAGE = "overage", _("Overage and its price")
    CANCELLING = "cancelling", _("Moving, cancelling and missed sessions")
    LAPSE = "lapse", _("Unused minutes lapse")
    RETURNS = "returns", _("Returns and exchanges")


def section_of(terms: TermsVersion, rule: str) -> int | None:
    """The number of the section of `terms` that states `rule`; None where that version does not name it."""
    number = terms.passages.get(Passage(rule))
    return int(number) if number else None
