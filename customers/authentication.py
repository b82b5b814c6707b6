"""Sign-in by e-mail address and password, by invitation only, with a second factor whose secrets are sealed at rest."""

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest

from customers.domain.preferences import keep_language
from customers.models import User

CHOSEN_LANGUAGE = "chosen_language"
"""Where the session keeps what somebody chose before signing in."""


class PortalBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is not typed
    """allauth's backend, which reads the person together with their staff profile: one query a request."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("staff_profile").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


class InvitationOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Nobody signs up by themselves: customer admins and operations invite people."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in; who chose a language on the way in goes on in it (DOMAIN.md §13)."""
        chosen = request.session.get(CHOSEN_LANGUAGE)
        super().login(request, user)
        if chosen is not None:
            keep_language(person=user, language=chosen)


class SealedMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is not typed
    """Seeds and recovery codes are encrypted with a key derived from the portal's secret."""

    def encrypt(self, text: str) -> str:
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _seal().decrypt(encrypted_text.encode()).decode()


def _seal() -> Fernet:
    digest = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"mfa secrets").digest()
    return Fernet(base64.urlsafe_b64encode(digest))
