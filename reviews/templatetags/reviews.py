"""The reviews of a contract, for the page of the contract."""

from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from packages.models import Contract
from reviews.domain.overview import Row, row_of
from reviews.domain.standings import Standing

register = template.Library()


@register.inclusion_tag("reviews/_row.html", takes_context=True)
def contract_reviews(context: Context, contract: Contract) -> dict[str, Any]:
    """Every window of `contract` at a glance: `{% contract_reviews contract %}`. Nothing where there are no reviews."""
    reader, now = context["request"].user, timezone.now()
    row = row_of(contract, user=reader, now=now)
    return {"row": row, "sentence": in_words(row), "zone": reader.time_zone}


def in_words(row: Row) -> str:
    """How many of the reviews took place, and what became of the others."""
    counts = row.counts
    parts = [_("%(held)s of %(total)s held") % {"held": row.held, "total": row.total}]
    if made_up := counts[Standing.MADE_UP]:
        said = ngettext("%(count)s of them made up for later", "%(count)s of them made up for later", made_up)
        parts.append(said % {"count": made_up})
    if planned := counts[Standing.PLANNED] + counts[Standing.UNRECORDED]:
        parts.append(ngettext("%(count)s planned", "%(count)s planned", planned) % {"count": planned})
    if missed := counts[Standing.MISSED]:
        parts.append(ngettext("%(count)s missed", "%(count)s missed", missed) % {"count": missed})
    if due := counts[Standing.DUE]:
        parts.append(ngettext("%(count)s to be planned now", "%(count)s to be planned now", due) % {"count": due})
    if upcoming := counts[Standing.UPCOMING]:
        parts.append(ngettext("%(count)s still to come", "%(count)s still to come", upcoming) % {"count": upcoming})
    return ", ".join(parts)
