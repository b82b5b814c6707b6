"""What stands where a name and an address stood that were erased."""

from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, Concat

DOMAIN = "removed.invalid"
"""Reaches nobody and never will (RFC 2606)."""


def address_of_nobody() -> Concat:
    """An address for an UPDATE, another one for each row: a row stays unique by it."""
    return Concat(Value("gone-"), Cast(F("pk"), TextField()), Value(f"@{DOMAIN}"), output_field=TextField())


def is_nobodys(address: str) -> bool:
    """Whether an address was erased."""
    return address.endswith(f"@{DOMAIN}")
