"""A letter: what a mail says, before it is put into an envelope; and the envelope."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.headerregistry import Address as HeaderAddress
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from core.mail import inline_styles, one_line
from notifications.domain.mute_links import token_for
from notifications.models import Message


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """A calendar entry that goes with a letter: an iCalendar text and its METHOD."""

    content: bytes
    method: str


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that goes with a letter."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What a mail says, in the reader's language. `template` names templates/emails/<template>.html and .txt."""

    subject: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    calendar: Calendar | None = None
    attachments: Sequence[Attachment] = ()
    reply_to: Sequence[tuple[str, str]] = ()
    """Name and address of whom an answer reaches; the portal's own sender where there is nobody better."""


@contextmanager
def reading_as(message: Message) -> Iterator[None]:
    """The language and time zone of the recipient: a person's present ones, a guest's as they were noted."""
    reader = message.recipient
    language = reader.language if reader else message.language
    zone = reader.time_zone if reader else message.time_zone
    with translation.override(language), timezone.override(zone):
        yield


def absolute_url(name: str, *args: Any) -> str:
    """The address of a page as people see it."""
    return settings.PORTAL_BASE_URL.rstrip("/") + reverse(name, args=args)


def message_id(message: Message) -> str:
    """The Message-ID of a row: the same however often it is sent, so that clients show a repeated mail once."""
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    domain = sender.rpartition("@")[2] or "localhost"
    return f"<message.{message.pk}.{message.created_at:%Y%m%d%H%M%S}@{domain}>"


def in_envelope(letter: Letter, message: Message, *, may_be_muted: bool) -> EmailMultiAlternatives:
    """Render `letter` for the recipient of `message`, in the language that is active."""
    subject = one_line(letter.subject)
    stop_url = _stop_url(message) if may_be_muted else ""
    context = {
        "subject": subject,
        "language": translation.get_language(),
        "greeting_name": message.recipient_name,
        "signs_in": message.recipient is not None,
        "portal_url": settings.PORTAL_BASE_URL,
        "stop_url": stop_url,
        "preferences_url": absolute_url("notifications:preferences") if stop_url else "",
        **letter.context,
    }
    mail = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"emails/{letter.template}.txt", context).strip() + "\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[_header_address(message.recipient_name, message.recipient_email)],
        reply_to=[_header_address(name, address) for name, address in letter.reply_to],
        headers={
            "Message-ID": message_id(message),
            "Auto-Submitted": "auto-generated",
            "Content-Language": context["language"],
            **_one_click(stop_url),
        },
    )
    mail.attach_alternative(inline_styles(render_to_string(f"emails/{letter.template}.html", context)), "text/html")
    if letter.calendar:
        # Twice on purpose: as an alternative calendars offer it with a click, as a file everybody can open it.
        content = letter.calendar.content
        mail.attach_alternative(content.decode(), f"text/calendar; method={letter.calendar.method}")
        mail.attach("invite.ics", content, "application/ics")
    for attachment in letter.attachments:
        mail.attach(attachment.name, attachment.content, attachment.media_type)
    return mail


def _stop_url(message: Message) -> str:
    """The link by which the recipient switches off mail of this kind; a guest cannot."""
    if message.recipient is None:
        return ""
    return absolute_url("notifications:stop", token_for(person=message.recipient, kind=message.kind))


def _one_click(stop_url: str) -> dict[str, str]:
    """The headers by which a mail program offers to stop such mail (RFC 8058): it posts, nothing happens by GET."""
    if not stop_url:
        return {}
    return {"List-Unsubscribe": f"<{stop_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _header_address(name: str, address: str) -> str:
    return str(HeaderAddress(one_line(name), addr_spec=address))
