"""allauth's mail goes through the outbox: a mail server that is away neither fails the page nor loses the mail."""

from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from customers.authentication import InvitationOnlyAdapter
from notifications.domain import accounts


class OutboxAdapter(InvitationOnlyAdapter):
    """Owes what allauth would send at once, so that answers take the same time whether an account exists or not."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Owe the mails of the password reset; others, which the portal does not use, go allauth's way."""
        match template_prefix:
            case "account/email/password_reset_key":
                accounts.owe_password_reset(person=context["user"], now=timezone.now())
            case "account/email/unknown_account":
                accounts.owe_unknown_account(email=email, language=get_language() or "en", now=timezone.now())
            case _:
                super().send_mail(template_prefix, email, context)
