"""What is typed when a contract is signed, and the filters of the list of contracts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.models import ModelChoiceIterator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.domain.roles import DELIVERY_ROLES
from customers.models import Customer, Role, User
from packages.domain.promised_reviews import reviews_promised
from packages.domain.queries import Standing, in_standing
from packages.models import Contract, PackageVersion
from packages.session_types import SessionType

DEDICATED_ROLES = frozenset({Role.AM.value, Role.CSM.value})


def _name_and_roles(person: User) -> str:
    roles = [str(Role(role).label) for role in person.staff_profile.roles if role in DELIVERY_ROLES]
    return f"{person} · {', '.join(roles)}"


class ContractForm(forms.Form):
    """A contract to sign. Its package is the newest version of each; zone and currency come from the customer."""

    customer: "forms.ModelChoiceField[Customer]" = forms.ModelChoiceField(
        label=gettext_lazy("Customer"), queryset=None, empty_label=gettext_lazy("Choose a customer")
    )
    package_version: "forms.ModelChoiceField[PackageVersion]" = forms.ModelChoiceField(
        label=gettext_lazy("Package"), queryset=None, empty_label=gettext_lazy("Choose a package")
    )
    starts_on = forms.DateField(
        label=gettext_lazy("First day"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("By the customer's calendar."),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("It belongs to the contract."),
    )
    dedicated = forms.TypedChoiceField(
        label=gettext_lazy("Dedicated person"),
        coerce=int,
        help_text=gettext_lazy("An account manager for a Launch Kit, else a customer success manager."),
    )
    others = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Others who deliver"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    types_switched_off = forms.MultipleChoiceField(
        label=gettext_lazy("Session types that do not apply"),
        help_text=gettext_lazy("For example software training where no software was bought."),
        choices=SessionType.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    confirmed_reviews = forms.IntegerField(label=gettext_lazy("Project health checks"), required=False)

    def __init__(
        self,
        *args: Any,
        customers: QuerySet[Customer],
        versions: QuerySet[PackageVersion],
        staff: Iterable[User],
        is_preview: bool,
        **options: Any,
    ) -> None:
        """Offer what the reader may choose; `staff` are the people who deliver, with their profiles.

        :param is_preview: whether only the consequences are asked for, which are confirmed once they were seen
        """
        super().__init__(*args, **options)
        self.is_preview = is_preview
        self._offer("customer", customers)
        self._offer("package_version", versions)
        self._staff = {person.pk: person for person in staff}
        people = [(str(person.pk), _name_and_roles(person)) for person in self._staff.values()]
        dedicated = [
            (str(person.pk), _name_and_roles(person))
            for person in self._staff.values()
            if DEDICATED_ROLES & set(person.staff_profile.roles)
        ]
        self._offer_people("dedicated", [("", gettext_lazy("Choose a person")), *dedicated])
        self._offer_people("others", people)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", ValidationError(_("The contract ends before it starts."), code="order"))
        confirmed = cleaned.pop("confirmed_reviews", None)
        if not self.errors and not self.is_preview and confirmed != self.reviews_to_confirm():
            self.add_error("confirmed_reviews", _("Confirm how many project health checks the term holds."))
        if "dedicated" in cleaned:
            cleaned["dedicated"] = self._staff[cleaned["dedicated"]]
        if "others" in cleaned:
            cleaned["others"] = [self._staff[pk] for pk in cleaned["others"]]
        return cleaned

    def reviews_to_confirm(self) -> int | None:
        """How many project health checks the typed term yields, where they are fewer than the package's; else None."""
        typed = self.cleaned_data if self.is_bound else {}
        version, starts_on, ends_on = (typed.get(name) for name in ("package_version", "starts_on", "ends_on"))
        if not (version and starts_on and ends_on):
            return None
        yielded = reviews_promised(version, starts_on=starts_on, ends_on=ends_on)
        return yielded if yielded < version.review_count else None

    def _offer(self, name: str, queryset: QuerySet[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = queryset

    def _offer_people(self, name: str, choices: Sequence[tuple[str, str | Promise]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


LEAST_TO_CHOOSE_FROM = 2
"""A customer, and all of them: choosing begins beyond that."""


class ContractFilterForm(forms.Form):
    """Filters of the list of contracts. What cannot be read narrows nothing."""

    standing = forms.ChoiceField(choices=Standing.choices, required=False)
    customer: "forms.ModelChoiceField[Customer]" = forms.ModelChoiceField(
        label=gettext_lazy("Customer"), queryset=None, required=False, empty_label=gettext_lazy("All customers")
    )

    def __init__(self, *args: Any, customers: QuerySet[Customer], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["customer"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = customers
        # Read once, for the question below and for the page; `list` alone would ask for the length before.
        self._offered = list(iter(ModelChoiceIterator(field)))
        field.widget.choices = self._offered
        self.is_valid()

    @property
    def offers_customers(self) -> bool:
        """Whether there is a choice of customers: their admin has one as a rule."""
        return len(self._offered) > LEAST_TO_CHOOSE_FROM

    @property
    def chosen_standing(self) -> str:
        """The standing that is asked for; empty for all contracts."""
        chosen: str = self.cleaned_data.get("standing", "")
        return chosen

    @property
    def is_narrowing(self) -> bool:
        """Whether anything is filtered out."""
        return bool(self.chosen_standing or self.cleaned_data.get("customer"))

    def narrow(self, contracts: QuerySet[Contract], *, now: datetime) -> QuerySet[Contract]:
        """Those of `contracts` that the filters leave."""
        if customer := self.cleaned_data.get("customer"):
            contracts = contracts.filter(customer=customer)
        return in_standing(contracts, self.chosen_standing, now=now) if self.chosen_standing else contracts
