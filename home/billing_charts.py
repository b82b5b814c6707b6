"""The year of finance's home page as charts: one a currency, for amounts of different currencies are never added."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.domain.year import Amounts, Year
from core.charts import Chart, Series
from core.formatting import format_day
from core.money import round_to_minor_unit

NOTHING = Decimal(0)


def charts_of(year: Year) -> list[Chart]:
    """A chart for each currency of `year`, with the same figures in its table."""
    return [_chart(year, currency) for currency in year.currencies]


def _chart(year: Year, currency: str) -> Chart:
    language = get_language() or "en"

    def amounts(of: Mapping[str, Amounts]) -> list[Decimal]:
        by_month = of.get(currency, {})
        return [round_to_minor_unit(by_month.get(month, NOTHING), currency) for month in year.months]

    return Chart(
        title=_("Overage by month of the meeting in %(currency)s, without VAT") % {"currency": currency},
        category=_("Month"),
        labels=[format_day(month, language, style="month_name") for month in year.months],
        series=[Series(_("Billed"), amounts(year.billed)), Series(_("Provisional"), amounts(year.provisional))],
        unit=currency,
    )
