"""A request as a reader sees it from top to bottom: what was written, and what was done in between."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from support.models import RequestEvent, RequestMessage, SupportRequest

Kind = RequestEvent.Kind


@dataclass(frozen=True, slots=True)
class Line:
    """A message, or an act in a sentence."""

    at: datetime
    by: str
    message: RequestMessage | None = None
    sentence: str | Promise = ""
    icon: str = ""
    reason: str = ""


_SENTENCES = {
    Kind.ASKED: (_("waits for an answer of the customer"), "hourglass"),
    Kind.RESOLVED: (_("marked the request as resolved"), "circle-check"),
    Kind.KEPT: (_("decided: our staff answer"), "signpost"),
    Kind.SENT_ON: (_("decided: another channel is right for it"), "signpost"),
    Kind.CLOSED: (_("closed the request"), "circle-x"),
    Kind.CALLED_OFF: (_("called the return off"), "undo-2"),
}


def story_of(request: SupportRequest, messages: Iterable[RequestMessage]) -> list[Line]:
    """What the reader may see of it (`messages`), and the acts, by time; an act stands below what was said with it."""
    lines = [(message.written_at, 0, Line(message.written_at, str(message.author), message)) for message in messages]
    for event in request.events.select_related("by", "decision"):
        if event.kind in _SENTENCES:
            sentence, icon = _SENTENCES[Kind(event.kind)]
            reason = ""
            if event.decision is not None:
                reason = " · ".join(filter(None, (event.decision.channel, event.decision.reason)))
            lines.append((event.at, 1, Line(event.at, str(event.by), None, sentence, icon, reason)))
    return [line for _at, _order, line in sorted(lines, key=lambda each: each[:2])]
