"""What is chosen to import contracts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.file_fields import FileInput, OneFileField
from core.sheets.reading import LARGEST_FILE, too_large


class ImportForm(forms.Form):
    """The file to import. What is in it is checked by the import itself."""

    file = OneFileField(
        label=_("CSV file"),
        max_length=200,
        allow_empty_file=True,
        help_text=_("As your CRM or spreadsheet saves it, up to 5 MB and 10,000 rows. Nothing is written yet."),
        widget=FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError(too_large().sentence, code="too_large")
        return file
