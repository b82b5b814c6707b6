"""The provider's people in the demo."""

from dataclasses import dataclass
from datetime import time

from customers.models import Role, StaffProfile, User
from sessions.models import WorkingHours

AM = "am@oura.example"
FINANCE = "finance@oura.example"
OPERATIONS = "ops@oura.example"
MIKKO = "mikko.salonen@oura.example"
DANA = "dana.whitfield@oura.example"
KENJI = "kenji.mori@oura.example"
LENA = "lena.hoffmann@oura.example"
SARA = "sara.conti@oura.example"

MONDAY_TO_FRIDAY = range(5)


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff; `hours` are full hours of their own clock, from Monday to Friday."""

    email: str
    name: str
    roles: tuple[Role, ...]
    zone: str
    country: str
    phone: str
    hours: tuple[int, int] = (9, 17)


COLLEAGUES = (
    Colleague(AM, "Giulia Rossi", (Role.AM, Role.CSM), "Europe/Rome", "IT", "+39 02 5550 0110"),
    Colleague(MIKKO, "Mikko Salonen", (Role.CSM, Role.CSE), "Europe/Helsinki", "FI", "+358 9 5550 0120", (8, 16)),
    Colleague(DANA, "Dana Whitfield", (Role.AM, Role.CSM), "America/New_York", "US", "+1 212 555 0130"),
    Colleague(KENJI, "Kenji Mori", (Role.AM, Role.CSM, Role.TDS), "Asia/Tokyo", "JP", "+81 3 5550 0140", (10, 18)),
    Colleague(LENA, "Lena Hoffmann", (Role.CSE,), "Europe/Berlin", "DE", "+49 30 5550 0150", (8, 16)),
    Colleague(SARA, "Sara Conti", (Role.TDS,), "Europe/Rome", "IT", "+39 02 5550 0160"),
    Colleague(FINANCE, "Pekka Nieminen", (Role.FINANCE,), "Europe/Helsinki", "FI", "+358 9 5550 0170", (8, 16)),
    Colleague(OPERATIONS, "Ingrid Lund", (Role.OPERATIONS,), "Europe/Helsinki", "FI", "+358 9 5550 0180", (8, 16)),
)


def hire_everybody(*, password_hash: str) -> dict[str, User]:
    """The staff by address, each with working hours and a video room."""
    return {colleague.email: _hire(colleague, password_hash) for colleague in COLLEAGUES}


def _hire(colleague: Colleague, password_hash: str) -> User:
    person = User.objects.create_user(colleague.email, name=colleague.name, time_zone=colleague.zone)
    person.password = password_hash
    person.save(update_fields=["password"])
    room = colleague.name.lower().replace(" ", "-")
    person.staff_profile = StaffProfile.objects.create(
        user=person,
        roles=list(colleague.roles),
        country=colleague.country,
        video_link=f"https://meet.oura.example/{room}",
        phone=colleague.phone,
    )
    first, last = colleague.hours
    WorkingHours.objects.bulk_create(
        WorkingHours(staff=person, weekday=day, starts_at=time(first), ends_at=time(last)) for day in MONDAY_TO_FRIDAY
    )
    return person
