"""Keys with which another system acts as its person: made once, shown once, kept as a hash (API.md)."""

import hashlib
import secrets
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.refusals import InvalidInput
from customers.models import ApiToken, User

MARK = "oura_"
SECRET_BYTES = 32
SHOWN_CHARACTERS = 12
"""As much of a token as lists show, so that its owner knows it again."""


def issue_token(
    *, person: User, name: str, now: datetime, read_only: bool = False, ends_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Make a token of `person`: its row, and the token itself, which nobody can read anywhere again.

    :raises InvalidInput: without a name, or if it would end before it begins
    """
    if not name.strip():
        raise InvalidInput(_("Name the token after what uses it."), field="name")
    if ends_at is not None and ends_at <= now:
        raise InvalidInput(_("The token would have ended already."), field="ends_at")
    token = MARK + secrets.token_urlsafe(SECRET_BYTES)
    row = ApiToken.objects.create(
        person=person,
        name=name.strip(),
        prefix=token[:SHOWN_CHARACTERS],
        digest=digest_of(token),
        read_only=read_only,
        created_at=now,
        ends_at=ends_at,
    )
    return row, token


def valid_token(token: str, *, now: datetime) -> ApiToken | None:
    """The row of a token that is neither revoked nor over and whose person is active, with its person; else None."""
    return (
        ApiToken.objects.filter(
            Q(ends_at__isnull=True) | Q(ends_at__gt=now),
            digest=digest_of(token),
            revoked_at__isnull=True,
            person__is_active=True,
        )
        .select_related("person__staff_profile")
        .first()
    )


def revoke_token(*, token: ApiToken, now: datetime) -> None:
    """End a token for good, from the next request on; revoking it again changes nothing."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now)


def tokens_of(person: User) -> QuerySet[ApiToken]:
    """The tokens that `person` made, the newest first."""
    return ApiToken.objects.filter(person=person).order_by("-created_at", "-pk")


def digest_of(token: str) -> str:
    """What is kept of a token. It holds 256 random bits, so one plain hash cannot be turned back."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
