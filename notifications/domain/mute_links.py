"""The link at the foot of a mail by which its reader switches off mail of its kind, without signing in (DOMAIN.md §11).

It names person and kind and is signed; it opens nothing else. GET does nothing: mail scanners follow links too.
"""

from django.core import signing

from customers.models import User

_SALT = "notifications.mute"


def token_for(*, person: User, kind: str) -> str:
    """What stands in the link by which `person` switches `kind` off. It holds for good."""
    return signing.dumps([person.pk, kind], salt=_SALT)


def read_token(token: str) -> tuple[User, str] | None:
    """The person and the code of the kind that a link names; None for what we did not sign, and for who left."""
    try:
        person_id, kind = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    person = User.objects.filter(pk=person_id, is_active=True).first()
    return None if person is None else (person, kind)
