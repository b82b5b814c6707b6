"""The only way to sessions and ledger rows: what is not visible does not exist (DOMAIN.md §12)."""

from django.db.models import Q, QuerySet

from customers.domain.queries import staff_holding
from customers.domain.roles import DELIVERY_ROLES, Right, memberships_of, rights_of, roles_of
from customers.models import Role, User
from packages.domain.contracts import contract_scope
from sessions.models import Attendee, ConsultingSession, LedgerEntry, TimeRequest


def sessions_visible_to(user: User) -> QuerySet[ConsultingSession]:
    """Sessions of the contracts that `user` sees, and those of their own customers that they attend."""
    attended = Attendee.objects.filter(user=user, session__contract__customer__in=list(memberships_of(user))).values(
        "session"
    )
    return ConsultingSession.objects.filter(contract_scope(user, "contract") | Q(pk__in=attended)).select_related(
        "contract__customer", "contract__package_version__package", "staff__staff_profile"
    )


def time_requests_visible_to(user: User) -> QuerySet[TimeRequest]:
    """Requests for a time on the contracts that `user` sees, for those who book: finance reads no conversations."""
    requests = TimeRequest.objects.filter(contract_scope(user, "contract"))
    if Right.BOOK not in rights_of(user):
        requests = requests.none()
    return requests.select_related(
        "contract__customer", "contract__package_version__package", "asked_by", "staff__staff_profile", "session"
    )


def diaries_visible_to(user: User) -> QuerySet[User]:
    """The people whose diary `user` sees and keeps: their own, and for operations everybody's who delivers."""
    people = staff_holding(DELIVERY_ROLES)
    return people if Role.OPERATIONS in roles_of(user) else people.filter(pk=user.pk)


def ledger_visible_to(user: User) -> QuerySet[LedgerEntry]:
    """All rows of the ledgers of the contracts that `user` sees, with what a list of them shows."""
    return LedgerEntry.objects.filter(contract_scope(user, "contract")).select_related(
        "contract__customer",
        "contract__package_version__package",
        "staff",
        "created_by",
        "session",
        "share",
        "waiver__decision",
        "reverses",
        "reversed_by",
    )


def time_entries_visible_to(user: User) -> QuerySet[LedgerEntry]:
    """The time entries of the contracts that `user` sees."""
    return ledger_visible_to(user).filter(kind=LedgerEntry.Kind.CONSUMPTION)
