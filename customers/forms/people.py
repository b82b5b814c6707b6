"""What is typed about customers and their people."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.countries import country_choices
from core.dates import ZONE_NAMES
from core.money import CURRENCY_CHOICES
from customers.models import Membership, Role, User

Choices = list[tuple[str, str | Promise]]


class CustomerForm(forms.Form):
    """A new customer, its lead, and the first admin, who gets an invitation."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=200)
    country = forms.ChoiceField(
        label=_("Country"), help_text=_("It decides who sells: Ouraring, Inc. in the USA, else Oura Health Oy.")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("The dates of its contracts are those of this zone's calendar.")
    )
    language = forms.ChoiceField(label=_("Language"), help_text=_("In which its people are written to at first."))
    currency = forms.ChoiceField(label=_("Currency"), help_text=_("In which overage is billed."))
    lead = forms.TypedChoiceField(label=_("Lead"), coerce=int, help_text=_("Their main point of contact on our side."))
    admin_name = forms.CharField(label=_("Name"), max_length=150)
    admin_email = forms.EmailField(
        label=_("E-mail address"), max_length=254, help_text=_("They get a link with which they set a password.")
    )

    def __init__(self, *args: Any, staff: Iterable[User], **options: Any) -> None:
        """Offer countries by name, all zones, and `staff` (loaded with profiles) as leads."""
        super().__init__(*args, **options)
        self._staff = {person.pk: person for person in staff}
        self._offer("country", _("Choose a country"), list(country_choices(get_language() or "en")))
        self._offer("time_zone", _("Choose a time zone"), [(zone, zone) for zone in sorted(ZONE_NAMES)])
        self._offer("language", None, list(settings.LANGUAGES))
        self._offer("currency", _("Choose a currency"), list(CURRENCY_CHOICES))
        self._offer("lead", _("Choose a person"), [(str(pk), _name_and_roles(who)) for pk, who in self._staff.items()])

    def clean_lead(self) -> User:
        lead: int = self.cleaned_data["lead"]
        return self._staff[lead]

    def _offer(self, name: str, empty: Promise | None, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", empty), *choices] if empty else choices


class InvitationForm(forms.Form):
    """Somebody who is to belong to a customer."""

    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    kind = forms.ChoiceField(
        label=_("Rights"),
        choices=Membership.Kind.choices,
        initial=Membership.Kind.MEMBER,
        widget=forms.RadioSelect,
        help_text=_("Admins book, accept terms and overage, and manage people. Members see the sessions they attend."),
    )


def _name_and_roles(person: User) -> str:
    return f"{person} · {', '.join(str(Role(role).label) for role in person.staff_profile.roles)}"
