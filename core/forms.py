"""How forms look and what is wrong with them. Fields are drawn by `templates/django/forms/`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm, BaseFormSet, BoundField, HiddenInput
from django.forms.renderers import TemplatesSetting


class PortalFormRenderer(TemplatesSetting):
    """Draws every form of the portal, allauth's too: label, help, control, error beside the field."""

    form_template_name = "django/forms/form.html"
    formset_template_name = "django/forms/formset.html"
    field_template_name = "django/forms/field.html"


@dataclass(frozen=True)
class FormError:
    """One thing to put right: the field's label (empty for the form as a whole), what is wrong, the control's id."""

    label: str
    message: str
    control_id: str


class FormErrors:
    """Everything that is wrong with some forms and formsets, in the order in which a reader meets it."""

    def __init__(self, *forms: BaseForm | BaseFormSet[Any]) -> None:
        self.items: list[FormError] = [error for form in forms for error in _errors_of(form)]

    def __bool__(self) -> bool:
        return bool(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[FormError]:
        return iter(self.items)


def _errors_of(form: BaseForm | BaseFormSet[Any]) -> Iterator[FormError]:
    if not form.is_bound:
        return
    if isinstance(form, BaseFormSet):
        yield from (FormError("", str(message), "") for message in form.non_form_errors())
        for member in form.forms:
            yield from _errors_of(member)
        return
    yield from (FormError("", str(message), "") for message in form.non_field_errors())
    for name in form.fields:
        field = form[name]
        label = "" if field.is_hidden else str(field.label)
        yield from (FormError(label, str(message), _first_control_of(field)) for message in field.errors)


def _first_control_of(field: BoundField) -> str:
    """The id that a link can focus: a group of boxes has none of its own, so its first box stands for it."""
    if isinstance(field.field.widget, HiddenInput):
        return ""
    if field.use_fieldset and len(field.subwidgets) > 0:
        return str(field.subwidgets[0].id_for_label or field.auto_id)
    return str(field.id_for_label or field.auto_id)
