"""Parts of forms that Python writes faster than templates do."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import template
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def options_of(widget: Mapping[str, Any]) -> SafeString:
    """The options of a select, given as its widget's context.

    Django renders two templates an option: of six hundred time zones that would be most of a page's time.
    """
    return format_html_join("\n", "{}", ((group,) for group in _groups(widget)))


def _groups(widget: Mapping[str, Any]) -> Iterator[SafeString]:
    for name, options, _index in widget["optgroups"]:
        written = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((option["value"], flatatt(option["attrs"]), option["label"]) for option in options),
        )
        yield format_html('<optgroup label="{}">{}</optgroup>', name, written) if name else written
