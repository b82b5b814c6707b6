"""Sentences with particulars that are put into words only when somebody reads them, in that reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import lazy


def _put_together(sentence: Any, particulars: Mapping[str, Any]) -> str:
    return str(sentence) % {name: str(value) for name, value in particulars.items()}


said_later = lazy(_put_together, str)
"""`said_later(gettext_lazy("%(name)s left."), {"name": person})`: both parts are translated when they are read."""
