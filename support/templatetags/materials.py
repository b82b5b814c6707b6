"""`{% load materials %}{% materials_of_session_card session %}`: what a session's page hands out."""

from typing import Any

from django import template
from django.utils.translation import get_language

from customers.domain.roles import Right, rights_of
from sessions.models import ConsultingSession
from support.domain.materials import materials_of_session

register = template.Library()

MOST = 6


@register.inclusion_tag("support/_session_materials.html", takes_context=True)
def materials_of_session_card(context: dict[str, Any], session: ConsultingSession) -> dict[str, Any]:
    """The materials for this session that the reader may have, in a card; nothing where there are none."""
    reader = context["request"].user
    sees = Right.SEE_MATERIALS in rights_of(reader)
    found = materials_of_session(reader, session, language=get_language() or "en")[:MOST] if sees else []
    return {"materials": list(found), "session": session}
