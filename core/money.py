"""Amounts: Decimal with an ISO 4217 currency; amounts of different currencies are never added."""

from decimal import ROUND_HALF_UP, Decimal

CURRENCIES: dict[str, int] = {
    "AUD": 2,
    "CAD": 2,
    "CHF": 2,
    "DKK": 2,
    "EUR": 2,
    "GBP": 2,
    "JPY": 0,
    "NOK": 2,
    "SEK": 2,
    "USD": 2,
}
"""The currencies that the portal bills in, with the digits of their minor unit."""

CURRENCY_CHOICES = [(code, code) for code in CURRENCIES]


def round_to_minor_unit(amount: Decimal, currency: str) -> Decimal:
    """Round half up to the minor unit of `currency` (two digits, none for JPY)."""
    return amount.quantize(Decimal(1).scaleb(-CURRENCIES[currency]), rounding=ROUND_HALF_UP)


def cost_of(minutes: int, hourly_rate: Decimal, currency: str) -> Decimal:
    """What `minutes` cost at `hourly_rate`, rounded half up once (DOMAIN.md §5)."""
    return round_to_minor_unit(hourly_rate * minutes / 60, currency)


def fits_minor_unit(amount: Decimal, currency: str) -> bool:
    """Whether `amount` has at most the digits of the currency's minor unit."""
    return amount == round_to_minor_unit(amount, currency)
