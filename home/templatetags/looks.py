"""How the words of the domain look."""

from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.templatetags.portal import icon
from home.status_looks import Look, look_of

register = template.Library()


@register.simple_tag
def status_look(kind: str, value: str) -> Look:
    """Tone and icon of a state: `{% status_look "session" session.status as look %}`."""
    return look_of(kind, str(value))


@register.simple_tag
def status_badge(kind: str, value: str, label: object) -> SafeString:
    """A state as word, icon and colour together: `{% status_badge "session" s.status s.get_status_display %}`.

    The component `<c-status>` is the same, for what is around a table; a row of a table says it in one go.
    """
    return format_html("{}{}</span>", _drawn(kind, str(value)), label)


@lru_cache(maxsize=256)
def _drawn(kind: str, value: str) -> SafeString:
    look = look_of(kind, value)
    return format_html('<span class="badge tone-{}">{}', look.tone, icon(look.icon))
