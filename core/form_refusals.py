"""How a rule's refusal reaches the form whose input it refuses."""

from collections.abc import Mapping

from django.forms import BaseForm

from core.refusals import InvalidInput, Refusal

NOWHERE: Mapping[str, str] = {}


def show_refusal(form: BaseForm, refusal: Refusal, *, beside: Mapping[str, str] = NOWHERE) -> None:
    """Put the sentence of `refusal` beside the field at fault, or at the head of the form if no field is.

    :param beside: the field for the code of a refusal, and the form's field for a domain field that is named otherwise
    """
    name = refusal.field if isinstance(refusal, InvalidInput) else refusal.code
    field = beside.get(name, name)
    form.add_error(field if field in form.fields else None, str(refusal))
