"""What is typed about materials."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.file_fields import FileInput, OneFileField
from packages.models import Package
from packages.session_types import SessionType
from support.domain.files import ACCEPTED
from support.domain.materials import Particulars
from support.models import Material


class PackagesChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # takes no parameters when it runs
    """Packages by name."""

    widget = forms.CheckboxSelectMultiple


class MaterialForm(forms.Form):
    """What a material is and whom it is for."""

    title = forms.CharField(label=_("Title"), max_length=120)
    about = forms.CharField(
        label=_("What it is for"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    session_types = forms.MultipleChoiceField(
        label=_("Session types"),
        choices=SessionType.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: for all of them."),
    )
    packages = PackagesChoice(
        label=_("Packages"),
        queryset=Package.objects.none(),
        required=False,
        help_text=_("None ticked: for all of them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        packages = self.fields["packages"]
        assert isinstance(packages, PackagesChoice)
        packages.queryset = Package.objects.order_by("pk")

    def particulars(self) -> Particulars:
        """What was typed, as the rule takes it."""
        typed = self.cleaned_data
        return Particulars(
            title=typed["title"],
            about=typed["about"],
            language=typed["language"],
            session_types=typed["session_types"],
            packages=list(typed["packages"]),
        )

    @classmethod
    def begins_with(cls, material: Material) -> dict[str, Any]:
        """What the form shows of a material before anything is typed."""
        return {
            "title": material.title,
            "about": material.about,
            "language": material.language,
            "session_types": material.session_types,
            "packages": list(material.packages.all()),
        }


def file_field() -> OneFileField:
    """The file of a material: what is in it is looked at by the rule that keeps it."""
    return OneFileField(
        label=_("File"),
        widget=FileInput(attrs={"accept": ACCEPTED}),
        help_text=_("An image, a PDF or plain text, up to 10 MB."),
    )


class NewMaterialForm(MaterialForm):
    """A material with its first file."""

    file = file_field()


class ReplaceFileForm(forms.Form):
    """A new version of a material's file."""

    file = file_field()
    note = forms.CharField(
        label=_("What changed"), max_length=200, required=False, help_text=_("Staff see it beside the version.")
    )
