"""What signing a contract will mean, shown beside its form before it is signed (DOMAIN.md §2, §8)."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from packages.domain.promised_reviews import reviews_promised
from packages.domain.windows import Window, window_between
from packages.models import PackageVersion
from sessions.forms.contracts import ContractForm


@dataclass(frozen=True, slots=True)
class SigningConsequences:
    """What signing will mean, from as much as is typed. Dates are in the customer's zone."""

    version: PackageVersion
    window: Window
    days: int
    reviews: int
    needs_confirmation: bool
    is_confirmed: bool

    @classmethod
    def of(cls, form: ContractForm) -> Self | None:
        """From as much as is typed; None until package and term can be read."""
        form.is_valid()
        typed = form.cleaned_data if form.is_bound else {}
        version, starts_on, ends_on = (typed.get(name) for name in ("package_version", "starts_on", "ends_on"))
        if not (version and starts_on and ends_on):
            return None
        return cls.of_term(version, starts_on, ends_on, confirmed=form.data.get("confirmed_reviews"))

    @classmethod
    def of_term(cls, version: PackageVersion, starts_on: date, ends_on: date, *, confirmed: str | None = None) -> Self:
        """From a term, dates inclusive. `confirmed`: how many reviews were confirmed, as it came."""
        window = window_between(starts_on, ends_on, version.window_days)
        reviews = reviews_promised(version, starts_on=starts_on, ends_on=ends_on)
        needs_confirmation = reviews < version.review_count
        return cls(
            version=version,
            window=window,
            days=(window.last - window.first).days + 1,
            reviews=reviews,
            needs_confirmation=needs_confirmation,
            is_confirmed=needs_confirmation and confirmed == str(reviews),
        )
