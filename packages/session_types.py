"""The four session types and what the rules know of each (DOMAIN.md §3)."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class SessionType(models.TextChoices):
    KICKOFF = "kickoff", _("Kick-off meeting")
    OPERATIONS = "operations", _("Operations meeting")
    SOFTWARE_TRAINING = "software-training", _("Software training")
    SUPPLEMENTARY_TRAINING = "supplementary-training", _("Supplementary training")


class AttendeeRole(models.TextChoices):
    """What an attendee does at the customer, as far as a session type is for such people."""

    PROGRAMME = "programme", _("Leads or decides")
    ORDERS = "orders", _("Orders and hands out rings")
    SOFTWARE = "software", _("Admin or coach of the software")


@dataclass(frozen=True, slots=True)
class TypeRules:
    """What holds for every session of one type. Minutes are whole minutes; `for_roles` says whom it is for."""

    longest_minutes: int
    draws_on_included: bool
    included_once: bool
    for_roles: tuple[AttendeeRole, ...] = ()


RULES: dict[str, TypeRules] = {
    SessionType.KICKOFF: TypeRules(
        longest_minutes=60,
        draws_on_included=True,
        included_once=False,
        for_roles=(AttendeeRole.PROGRAMME, AttendeeRole.ORDERS),
    ),
    SessionType.OPERATIONS: TypeRules(
        longest_minutes=60, draws_on_included=True, included_once=False, for_roles=(AttendeeRole.ORDERS,)
    ),
    SessionType.SOFTWARE_TRAINING: TypeRules(
        longest_minutes=60, draws_on_included=True, included_once=True, for_roles=(AttendeeRole.SOFTWARE,)
    ),
    SessionType.SUPPLEMENTARY_TRAINING: TypeRules(longest_minutes=60, draws_on_included=False, included_once=False),
}

LENGTHS_IN_MINUTES = (15, 30, 45, 60)
"""The lengths that a booking may have (DOMAIN.md §7)."""
