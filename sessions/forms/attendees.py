"""Who comes: members who are ticked with their part, guests by name and address. For booking and for later changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.renderers import get_default_renderer
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import LANGUAGES, User
from packages.session_types import RULES, AttendeeRole
from sessions.domain.attendees import Guest, missing_roles

MOST_GUESTS = 8


@dataclass(frozen=True, slots=True)
class RoleTick:
    """One part that somebody may have: its value in the form, its words, whether it is ticked."""

    value: str
    label: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member in the list of those who may come."""

    person: User
    ticked: bool
    roles: list[RoleTick]


class AttendeesForm(forms.Form):
    """Which members come, and which parts they have that the session type is for."""

    members = forms.TypedMultipleChoiceField(
        label=_("From your organisation"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    roles = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, members: Sequence[User], session_type: str, host: str = "", **options: Any) -> None:
        """Offer `members`; `host` is the customer's name where somebody from elsewhere fills the form in."""
        super().__init__(*args, **options)
        self.people = {person.pk: person for person in members}
        self.session_type = session_type
        self.for_roles = RULES[session_type].for_roles
        if host:
            self.fields["members"].label = _("From %(customer)s") % {"customer": host}
        self._choices("members", [(str(person.pk), _name_and_address(person)) for person in members])
        self._choices("roles", [(_role_of(pk, role), role.label) for pk in self.people for role in self.for_roles])

    @property
    def member_rows(self) -> Iterator[MemberRow]:
        """The members with their ticks, as typed or as filled in."""
        ticked = {str(each) for each in self["members"].value() or ()}
        roles = set(self["roles"].value() or ())
        for pk, person in self.people.items():
            parts = [
                RoleTick(_role_of(pk, each), str(each.label), _role_of(pk, each) in roles) for each in self.for_roles
            ]
            yield MemberRow(person, str(pk) in ticked, parts)

    def chosen_members(self) -> list[Guest]:
        """The members who were ticked, with their parts; the form must be valid."""
        roles = set(self.cleaned_data["roles"])
        return [
            Guest(
                self.people[pk].name or self.people[pk].email,
                self.people[pk].email,
                tuple(role for role in self.for_roles if _role_of(pk, role) in roles),
            )
            for pk in self.cleaned_data["members"]
        ]

    def nobody_as(self, guests: "GuestFormSet") -> list[str]:
        """The parts for which the session is and that nobody is ticked as, of those who come."""
        present = [
            role
            for row in self.member_rows
            if row.ticked
            for role, tick in zip(self.for_roles, row.roles, strict=True)
            if tick.ticked
        ]
        present += [role for row in guests.typed() for role in row["roles"]]
        return [str(role.label) for role in missing_roles(self.session_type, present)]

    def _choices(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices


def role_ticks(roles_by_person: Mapping[int, Sequence[str] | set[str]]) -> list[str]:
    """The ticks of `AttendeesForm.roles` for what people are known as."""
    return [_role_of(pk, role) for pk, roles in roles_by_person.items() for role in roles]


def _role_of(person: int, role: str) -> str:
    return f"{person}:{role}"


def _name_and_address(person: User) -> str | Promise:
    return f"{person.name} · {person.email}" if person.name else person.email


class GuestForm(forms.Form):
    """Somebody without an account, by name and e-mail address. An empty row is nobody."""

    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    roles = forms.MultipleChoiceField(label=_("Part"), required=False, widget=forms.CheckboxSelectMultiple)
    language = forms.ChoiceField(label=_("Language of their mail"), required=False)

    def __init__(self, *args: Any, for_roles: Sequence[AttendeeRole], language: str, **options: Any) -> None:
        """Offer `for_roles`; `language` is what a guest reads in unless another is chosen."""
        super().__init__(*args, **options)
        roles, languages = self.fields["roles"], self.fields["language"]
        assert isinstance(roles, forms.MultipleChoiceField)
        assert isinstance(languages, forms.ChoiceField)
        roles.choices = [(role.value, role.label) for role in for_roles]
        languages.choices = LANGUAGES
        languages.initial = language

    def has_changed(self) -> bool:
        """Whether anybody is named: a language or a part alone is nobody."""
        return any(self[name].data for name in ("name", "email"))


if TYPE_CHECKING:
    GuestForms = forms.BaseFormSet[GuestForm]
else:  # Django's class takes its parameter in the stubs alone
    GuestForms = forms.BaseFormSet


class GuestFormSet(GuestForms):
    """Rows for guests: those that were typed so far, and an empty one."""

    form = GuestForm
    min_num = 0
    max_num = MOST_GUESTS
    absolute_max = MOST_GUESTS
    validate_min = False
    validate_max = True
    can_order = False
    can_delete = False
    can_delete_extra = False

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        session_type: str,
        language: str,
        typed: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """`language` is the customer's, in which guests read unless another is chosen."""
        self.renderer = get_default_renderer()
        self.extra = min(len(typed) + 1, MOST_GUESTS)
        kwargs = {"for_roles": RULES[session_type].for_roles, "language": language}
        super().__init__(data, prefix="guests", initial=[dict(row) for row in typed], form_kwargs=kwargs)

    def initial_form_count(self) -> int:
        """None: a row that was typed before may be emptied like any other."""
        return 0

    def typed(self) -> list[dict[str, Any]]:
        """What the rows hold, right or wrong, without the empty ones."""
        rows = [{name: row[name].value() or "" for name in row.fields} for row in self.forms]
        return [row for row in rows if row["name"] or row["email"]]

    def guests(self) -> list[Guest]:
        """The guests who were named; the forms must be valid."""
        return [
            Guest(
                row.cleaned_data["name"],
                row.cleaned_data["email"],
                tuple(row.cleaned_data["roles"]),
                row.cleaned_data["language"],
            )
            for row in self
            if row.cleaned_data
        ]
