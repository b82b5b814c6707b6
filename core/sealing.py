"""Sealing secrets that must be read again, with a key derived from the portal's own."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class BrokenSeal(Exception):
    """The text was not sealed with the key of today."""


def seal(text: str, *, purpose: str) -> str:
    """Encrypt `text`; what is sealed for one purpose (at most 16 ASCII characters) cannot be opened for another."""
    return _key(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """What was sealed for `purpose`.

    :raises BrokenSeal: if it was sealed with another key, as after a change of the portal's secret
    """
    try:
        return _key(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise BrokenSeal from None


def _key(purpose: str) -> Fernet:
    digest = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=purpose.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
