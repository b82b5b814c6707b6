"""What each session type is for and who should come, in the reader's language (DOMAIN.md §3)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from packages.session_types import SessionType


@dataclass(frozen=True, slots=True)
class TypeText:
    """`about`: what happens in it; `audience`: whom the customer should bring; `icon`: a Lucide name."""

    about: Promise
    audience: Promise
    icon: str


TEXTS: dict[str, TypeText] = {
    SessionType.KICKOFF: TypeText(
        about=_("What you bought, how ring sizing and ordering work, the next steps and their dates."),
        audience=_("Whoever leads the programme, decides about it and places the orders."),
        icon="rocket",
    ),
    SessionType.OPERATIONS: TypeText(
        about=_("Planning the sizing, placing the order, getting the rings to the people who wear them."),
        audience=_("Whoever orders, receives and hands out the rings."),
        icon="truck",
    ),
    SessionType.SOFTWARE_TRAINING: TypeText(
        about=_(
            "The first admin sign-in to Oura Teams or Health Risk Management: coaches and admins, groups, inviting "
            "members, finding the way around, reading the data."
        ),
        audience=_("Future admins and coaches of the software."),
        icon="graduation-cap",
    ),
    SessionType.SUPPLEMENTARY_TRAINING: TypeText(
        about=_("More training on the product or the software, on what you choose."),
        audience=_("Anyone who needs to know more."),
        icon="book-open",
    ),
}
