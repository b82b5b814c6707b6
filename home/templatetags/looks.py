"""How the words of the domain look."""

from django import template

from home.status_looks import Look, look_of

register = template.Library()


@register.simple_tag
def status_look(kind: str, value: str) -> Look:
    """Tone and icon of a state: `{% status_look "session" session.status as look %}`."""
    return look_of(kind, str(value))
