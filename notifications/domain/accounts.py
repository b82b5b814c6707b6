"""Mail about getting into the portal: invitations, new passwords (DOMAIN.md §12).

Links that open an account are made when the mail is written, never kept in a row.
"""

from collections.abc import Iterable
from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.domain.customers import invite_member
from customers.models import Customer, Membership, User
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.domain.outbox import Address, Owed, owe, owe_all
from notifications.models import Message

MEMBER_INVITED = "member_invited"
PASSWORD_RESET = "password_reset"  # noqa: S105 - a kind of mail
UNKNOWN_ACCOUNT = "unknown_account"


def register_kinds() -> None:
    """Make these mails known to the outbox; called once by the app's configuration."""
    register(
        Kind(
            code=MEMBER_INVITED,
            label=gettext_lazy("Account: invitation"),
            compose=_write_invitation,
            at_least_once=True,
        )
    )
    register(
        Kind(
            code=PASSWORD_RESET,
            label=gettext_lazy("Account: new password"),
            compose=_write_password_reset,
            at_least_once=True,
        )
    )
    register(
        Kind(
            code=UNKNOWN_ACCOUNT,
            label=gettext_lazy("Account: no account under this address"),
            compose=_write_unknown_account,
        )
    )


@transaction.atomic
def invite(*, customer: Customer, email: str, name: str, kind: str, by: User, now: datetime) -> User:
    """Bring the person behind `email` into `customer` and owe them the mail that lets them in.

    :param kind: of membership, `admin` or `member`
    :raises InvalidInput: as `invite_member`
    """
    person, _is_new = invite_member(customer=customer, email=email, name=name, kind=kind, now=now, by=by)
    membership = Membership.objects.select_related("user").get(customer=customer, user=person, until__isnull=True)
    owe_invitations([membership], by=by, now=now)
    return person


def owe_invitations(memberships: Iterable[Membership], *, by: User, now: datetime) -> None:
    """Owe everybody whose membership is named the mail that lets them in, once: again changes nothing."""
    owe_all(
        [
            Owed(
                kind=MEMBER_INVITED,
                key=f"{MEMBER_INVITED}:{membership.pk}",
                to=membership.user,
                facts={"invited_by": by.name},
                due_at=now,
                subject_id=membership.pk,
            )
            for membership in memberships
        ],
        now=now,
    )


def owe_password_reset(*, person: User, now: datetime) -> None:
    """Owe `person` a link with which they set a new password; asking again in the same minute changes nothing."""
    owe(
        kind=PASSWORD_RESET,
        key=f"{PASSWORD_RESET}:{now:%Y%m%dT%H%MZ}",
        to=person,
        facts={},
        due_at=now,
        now=now,
        subject_id=person.pk,
    )


def owe_unknown_account(*, email: str, language: str, now: datetime) -> None:
    """Tell somebody who asked for a password that there is no account under their address: once a day at most."""
    stranger = Address(name="", email=email, language=language, time_zone="UTC")
    owe(kind=UNKNOWN_ACCOUNT, key=f"{UNKNOWN_ACCOUNT}:{now:%Y%m%d}", to=stranger, facts={}, due_at=now, now=now)


def _write_invitation(message: Message, _now: datetime) -> Letter | None:
    membership = (
        Membership.objects.select_related("customer", "user")
        .filter(pk=message.subject_id or 0, until__isnull=True)
        .first()
    )
    if membership is None:
        return None
    person, customer = membership.user, membership.customer
    can_sign_in = person.has_usable_password()
    return Letter(
        subject=_("%(customer)s: your access to the Oura Success portal") % {"customer": customer.name},
        template="member_invited",
        context={
            "customer": customer,
            "email": person.email,
            "is_admin": membership.kind == Membership.Kind.ADMIN,
            "invited_by": message.facts["invited_by"],
            "can_sign_in": can_sign_in,
            "action_url": absolute_url("home") if can_sign_in else _password_link(person),
            "forgotten_url": absolute_url("account_reset_password"),
            "days": _days_of_a_link(),
        },
    )


def _write_password_reset(message: Message, _now: datetime) -> Letter | None:
    if message.recipient is None:
        return None
    return Letter(
        subject=_("Set a new password"),
        template="password_reset",
        context={
            "email": message.recipient.email,
            "action_url": _password_link(message.recipient),
            "days": _days_of_a_link(),
        },
    )


def _write_unknown_account(message: Message, _now: datetime) -> Letter:
    return Letter(
        subject=_("No account under this address"),
        template="unknown_account",
        context={"email": message.recipient_email, "action_url": absolute_url("account_reset_password")},
    )


def _password_link(person: User) -> str:
    key = default_token_generator.make_token(person)
    return absolute_url("account_reset_password_from_key", user_pk_to_url_str(person), key)


def _days_of_a_link() -> int:
    return settings.PASSWORD_RESET_TIMEOUT // 86_400
