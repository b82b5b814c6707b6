"""Several files in one field of a form."""

from collections.abc import Sequence
from typing import Any

from django import forms

from core.uploads import Upload


class SeveralFiles(forms.FileInput):
    """An input that lets people choose several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, cleaned to a list. What is in them is looked at by the rule that keeps them."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        """The files in the order in which they were chosen."""
        uploads: Sequence[Any] = data if isinstance(data, list | tuple) else [data] if data else []
        if not uploads and self.required:
            super().clean(None, initial)
        return [super(FilesField, self).clean(upload, initial) for upload in uploads]
