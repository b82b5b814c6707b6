"""The window in which a contract's included minutes may be used (DOMAIN.md §2)."""

from dataclasses import dataclass
from datetime import date, timedelta

from packages.models import Contract


@dataclass(frozen=True, slots=True)
class Window:
    """Calendar dates in the contract's zone, both inclusive."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether `day` lies in the window."""
        return self.first <= day <= self.last


def window_between(starts_on: date, ends_on: date, window_days: int | None) -> Window:
    """The window of a term: `window_days` counted from its first day (day 1), cut at its end; or the whole term."""
    if window_days is None:
        return Window(starts_on, ends_on)
    return Window(starts_on, min(starts_on + timedelta(days=window_days - 1), ends_on))


def window_of(contract: Contract) -> Window:
    """The window of `contract`, whose `package_version` must be loaded."""
    return window_between(contract.starts_on, contract.ends_on, contract.package_version.window_days)
