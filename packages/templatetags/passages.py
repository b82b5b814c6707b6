"""`{% load passages %}{% passage contract "cancelling" %}`: the passage of the terms that a rule comes from."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from packages.domain.passages import section_of
from packages.models import Contract

register = template.Library()


@register.simple_tag
def passage(contract: Contract, rule: str) -> SafeString:
    """A link "Terms, §4" to the passage in the version that `contract` names; nothing where it names none.

    Opens beside the page, so that nothing typed is lost. The view reads `contract` with its terms.
    """
    section = section_of(contract.terms, rule)
    if section is None:
        return SafeString("")
    address = f"{reverse('packages:terms', args=[contract.pk])}#section-{section}"
    words = _("Terms, §%(section)s") % {"section": section}
    return format_html(
        '<a class="link whitespace-nowrap" href="{}" target="_blank" rel="noopener">{}</a>', address, words
    )
