"""A session or a time entry lies within its contract's term (DOMAIN.md §2, §4)."""

from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.dates import local_day
from core.formatting import format_day
from packages.models import Contract
from sessions.domain.refusals import OutsideContract


def is_within_term(contract: Contract, starts_at: datetime) -> bool:
    """Whether a meeting with that start lies in the term: its date in the contract's zone alone decides."""
    return contract.starts_on <= local_day(starts_at, contract.time_zone) <= contract.ends_on


def check_within_term(contract: Contract, starts_at: datetime) -> None:
    """Refuse a start outside the term.

    :raises OutsideContract: before the contract's first or after its last day
    """
    if is_within_term(contract, starts_at):
        return
    language = get_language() or "en"
    raise OutsideContract(
        _("The contract runs from %(first)s to %(last)s (%(zone)s).")
        % {
            "first": format_day(contract.starts_on, language),
            "last": format_day(contract.ends_on, language),
            "zone": contract.time_zone,
        }
    )
