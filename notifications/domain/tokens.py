"""Making an API token, and the mail that tells its person so: a key that somebody else made would not go unseen."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.domain.tokens import issue_token, scope_labels
from customers.models import ApiToken, User
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.domain.outbox import owe
from notifications.models import Message

API_TOKEN_MADE = "api_token_made"  # noqa: S105 - a kind of mail


def register_kinds() -> None:
    """Make this mail known to the outbox; called once by the app's configuration."""
    register(
        Kind(
            code=API_TOKEN_MADE,
            label=gettext_lazy("Account: new API token"),
            compose=_write,
            at_least_once=True,
        )
    )


@transaction.atomic
def make_token(
    *, person: User, name: str, scopes: Collection[str], ends_at: datetime | None, now: datetime
) -> tuple[ApiToken, str]:
    """Make an API token of `person` and owe them the mail about it; answers with its row and the token itself.

    :raises InvalidInput: as `issue_token`
    """
    row, token = issue_token(person=person, name=name, scopes=scopes, ends_at=ends_at, now=now)
    owe(
        kind=API_TOKEN_MADE,
        key=f"{API_TOKEN_MADE}:{row.pk}",
        to=person,
        facts={},
        due_at=now,
        now=now,
        subject_id=row.pk,
    )
    return row, token


def _write(message: Message, _now: datetime) -> Letter | None:
    token = ApiToken.objects.filter(pk=message.subject_id or 0).first()
    if token is None:
        return None
    return Letter(
        subject=_("A new API token acts in your name"),
        template="api_token_made",
        context={"token": token, "scopes": scope_labels(token.scopes), "action_url": absolute_url("tokens")},
    )
