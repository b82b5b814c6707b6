"""Who is asking: a token, or the browser's session (API.md)."""

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from customers.domain.tokens import note_use, valid_token
from customers.models import ApiToken, User

SCHEME = "Bearer"


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. The answer is in the person's language, as on their pages."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The person and their token, or None where the header names no token.

        :raises AuthenticationFailed: if the token is not valid now
        """
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        now = timezone.now()
        row = valid_token(token.strip(), now=now)
        if row is None:
            raise AuthenticationFailed(_("This token is not valid, or not any more."), code="not_signed_in")
        note_use(token=row, now=now)
        translation.activate(row.person.language)
        return row.person, row

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401."""
        return f'{SCHEME} realm="Oura Success"'
