"""Files in forms: one or several in a field, and a clear no to text that was sent in a file's place."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from core.uploads import Upload, was_cut_off


class FileInput(forms.FileInput):
    """An input for a file. Text under its name goes to the field too, which refuses it: Django would not look at it."""

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Upload], name: str) -> Any:
        """What was sent under `name`: a file, or several; text where there is any."""
        texts = data.getlist(name) if isinstance(data, MultiValueDict) else [data.get(name)]
        return next(filter(None, texts), None) or super().value_from_datadict(data, files, name)


class SeveralFiles(FileInput):
    """An input that lets people choose several files."""

    allow_multiple_selected = True


class OneFileField(forms.FileField):
    """A file. What is in it is looked at by the rule that keeps it."""

    widget = FileInput
    default_error_messages: ClassVar[dict[str, Any]] = {"invalid": _("This is text, not a file. Choose a file.")}


class FilesField(OneFileField):
    """Any number of files, cleaned to a list."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        """The files in the order in which they were chosen."""
        uploads: Sequence[Any] = data if isinstance(data, list | tuple) else [data] if data else []
        if not uploads and self.required:
            super().clean(None, initial)
        return [super(FilesField, self).clean(upload, initial) for upload in uploads]


def refuse_cut_off(request: HttpRequest, form: forms.Form, *, field: str, sentence: str) -> None:
    """Say `sentence` beside `field` where its file was cut off on the way, instead of that none was chosen."""
    if was_cut_off(request):
        form.errors.pop(field, None)
        form.add_error(field, sentence)
