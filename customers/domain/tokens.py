"""Keys with which another system acts as its person: made once, shown once, kept as a hash (API.md)."""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.refusals import InvalidInput
from customers.domain.roles import Right, rights_of
from customers.models import ApiToken, TokenScope, User

MARK = "oura_"
SECRET_BYTES = 32
SHOWN_CHARACTERS = 12
"""As much of a token as lists show, so that its owner knows it again."""
USE_IS_NOTED_EVERY = timedelta(minutes=1)
EVERY_SCOPE: frozenset[str] = frozenset(TokenScope.values)
READ_ONLY: frozenset[str] = frozenset({TokenScope.READ})

_RIGHTS_BEHIND: Mapping[TokenScope, frozenset[Right]] = {
    TokenScope.READ: frozenset({Right.SEE_OWN_ACCOUNT}),
    TokenScope.BOOK: frozenset({Right.BOOK}),
    TokenScope.LOG_TIME: frozenset({Right.LOG_TIME, Right.PROPOSE_WAIVER}),
    TokenScope.BILLING: frozenset({Right.SEE_BILLING}),
    TokenScope.MANAGE: frozenset({Right.MANAGE_CUSTOMERS, Right.SIGN_CONTRACTS, Right.MANAGE_RATES}),
    TokenScope.SUPPORT: frozenset({Right.OPEN_REQUESTS, Right.ANSWER_REQUESTS, Right.KEEP_ORDERS}),
}


def scopes_for(person: User) -> list[TokenScope]:
    """The scopes that open anything to `person`: a token never does more than its person may."""
    rights = rights_of(person)
    return [scope for scope in TokenScope if _RIGHTS_BEHIND[scope] & rights]


def scope_labels(scopes: Collection[str]) -> list[str]:
    """What a token with `scopes` may do, in the reader's words."""
    return [str(scope.label) for scope in TokenScope if scope in scopes]


def issue_token(
    *,
    person: User,
    name: str,
    now: datetime,
    scopes: Collection[str] = EVERY_SCOPE,
    ends_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Make a token of `person`: its row, and the token itself, which nobody can read anywhere again.

    :param scopes: values of `TokenScope`, at least one
    :raises InvalidInput: without a name or a scope, or if it would end before it begins
    """
    if not name.strip():
        raise InvalidInput(_("Name the token after what uses it."), field="name")
    if not scopes or not set(scopes) <= EVERY_SCOPE:
        raise InvalidInput(_("Choose at least one thing that the token may do."), field="scopes")
    if ends_at is not None and ends_at <= now:
        raise InvalidInput(_("The token would have ended already."), field="ends_at")
    token = MARK + secrets.token_urlsafe(SECRET_BYTES)
    row = ApiToken.objects.create(
        person=person,
        name=name.strip(),
        prefix=token[:SHOWN_CHARACTERS],
        digest=digest_of(token),
        scopes=[scope for scope in TokenScope.values if scope in scopes],
        created_at=now,
        ends_at=ends_at,
    )
    return row, token


def valid_token(token: str, *, now: datetime) -> ApiToken | None:
    """The row of a token that is neither revoked nor over and whose person is active, with its person; else None."""
    return (
        ApiToken.objects.filter(
            is_live(now),
            digest=digest_of(token),
            person__is_active=True,
        )
        .select_related("person__staff_profile")
        .first()
    )


def note_use(*, token: ApiToken, now: datetime) -> None:
    """Keep when `token` was last used, to the minute: a busy token writes once a minute, not on each call."""
    if token.last_used_at is None or now - token.last_used_at >= USE_IS_NOTED_EVERY:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USE_IS_NOTED_EVERY)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)


def revoke_token(*, token: ApiToken, now: datetime) -> None:
    """End a token for good, from the next request on; revoking it again changes nothing."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now)


def tokens_of(person: User) -> QuerySet[ApiToken]:
    """The tokens of `person`, ended ones too, the newest first."""
    return ApiToken.objects.filter(person=person).order_by("-created_at", "-pk")


def is_live(now: datetime) -> Q:
    """The condition on a token that it may be used at `now`, as far as it lies with the token."""
    return Q(Q(ends_at__isnull=True) | Q(ends_at__gt=now), revoked_at__isnull=True)


def digest_of(token: str) -> str:
    """What is kept of a token. It holds 256 random bits, so one plain hash cannot be turned back."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
