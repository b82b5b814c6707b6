"""The windows of a contract's reviews: written once, when it is signed (DOMAIN.md §8, docs/adr/0019)."""

from collections.abc import Sequence

from packages.domain.new_contracts import ROWS_A_QUERY
from packages.domain.promised_reviews import whole_windows
from packages.models import Contract
from reviews.models import Review


def open_windows(contracts: Sequence[Contract]) -> None:
    """Write every window that the packages of new `contracts` foresee, also those that their terms do not reach yet.

    So a later end of a contract needs no new rows, and an earlier one loses none.
    """
    Review.objects.bulk_create(
        [
            Review(
                contract=contract,
                number=window.number,
                window_starts_on=window.first,
                window_ends_on=window.last,
            )
            for contract in contracts
            for window in whole_windows(contract.package_version, starts_on=contract.starts_on)
        ],
        batch_size=ROWS_A_QUERY,
    )
