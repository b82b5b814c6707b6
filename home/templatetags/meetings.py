"""How meetings look in the lists of the home pages."""

from django import template

from packages.session_type_texts import TEXTS

register = template.Library()


@register.filter
def meeting_icon(session_type: str) -> str:
    """The icon of a session type: `{% icon session.session_type|meeting_icon %}`."""
    return TEXTS[session_type].icon
