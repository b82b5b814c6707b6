"""Who may do what in general (DOMAIN.md §12). What depends on the object is decided by named predicates beside it."""

from enum import StrEnum

from django.contrib.auth.models import AnonymousUser

from customers.models import Role, User


class Right(StrEnum):
    """Something that a role opens. Rights named SEE_… are areas: without them the area does not exist (404)."""

    SEE_OWN_ACCOUNT = "see_own_account"
    SEE_CUSTOMERS = "see_customers"
    SEE_CONTRACTS = "see_contracts"
    SEE_SESSIONS = "see_sessions"
    SEE_STAFF_AREA = "see_staff_area"
    SEE_RATES = "see_rates"
    SEE_BILLING = "see_billing"
    SEE_OPERATIONS = "see_operations"
    BOOK = "book"
    LOG_TIME = "log_time"
    KEEP_DIARIES = "keep_diaries"
    PROPOSE_WAIVER = "propose_waiver"
    DECIDE_WAIVER = "decide_waiver"
    ADJUST = "adjust"
    SIGN_CONTRACTS = "sign_contracts"
    MANAGE_CUSTOMERS = "manage_customers"
    MANAGE_RATES = "manage_rates"
    PUBLISH_TERMS = "publish_terms"
    CLOSE_MONTHS = "close_months"
    MARK_INVOICED = "mark_invoiced"
    SEE_REQUESTS = "see_requests"
    SEE_ORDERS = "see_orders"
    OPEN_REQUESTS = "open_requests"
    ANSWER_REQUESTS = "answer_requests"
    KEEP_ORDERS = "keep_orders"
    SEE_MATERIALS = "see_materials"
    KEEP_MATERIALS = "keep_materials"


DELIVERY_ROLES: frozenset[str] = frozenset({Role.AM, Role.CSM, Role.CSE, Role.TDS})

_EVERYBODY = frozenset({Right.SEE_OWN_ACCOUNT})
_CUSTOMER_MEMBER = _EVERYBODY | {
    Right.SEE_CUSTOMERS,
    Right.SEE_SESSIONS,
    Right.SEE_REQUESTS,
    Right.OPEN_REQUESTS,
    Right.SEE_MATERIALS,
}
_CUSTOMER_ADMIN = _CUSTOMER_MEMBER | {Right.SEE_CONTRACTS, Right.BOOK, Right.SEE_ORDERS}
_STAFF = _EVERYBODY | {
    Right.SEE_CUSTOMERS,
    Right.SEE_CONTRACTS,
    Right.SEE_SESSIONS,
    Right.SEE_STAFF_AREA,
    Right.SEE_MATERIALS,
}
_SUPPORT = frozenset(
    {
        Right.SEE_REQUESTS,
        Right.ANSWER_REQUESTS,
        Right.SEE_ORDERS,
        Right.KEEP_ORDERS,
        Right.KEEP_MATERIALS,
    }
)
_DELIVERY = _STAFF | _SUPPORT | {Right.BOOK, Right.LOG_TIME, Right.KEEP_DIARIES, Right.PROPOSE_WAIVER}

RIGHTS_OF_ROLE: dict[str, frozenset[Right]] = {
    Role.AM: _DELIVERY,
    Role.CSM: _DELIVERY,
    Role.CSE: _DELIVERY,
    Role.TDS: _DELIVERY,
    Role.OPERATIONS: _STAFF
    | _SUPPORT
    | {
        Right.SEE_RATES,
        Right.SEE_OPERATIONS,
        Right.BOOK,
        Right.KEEP_DIARIES,
        Right.PROPOSE_WAIVER,
        Right.DECIDE_WAIVER,
        Right.ADJUST,
        Right.SIGN_CONTRACTS,
        Right.MANAGE_CUSTOMERS,
        Right.MANAGE_RATES,
        Right.PUBLISH_TERMS,
    },
    Role.FINANCE: _STAFF | {Right.SEE_RATES, Right.SEE_BILLING, Right.CLOSE_MONTHS, Right.MARK_INVOICED},
}


def roles_of(user: User | AnonymousUser) -> frozenset[str]:
    """The provider's roles that `user` holds; none for people of customers."""
    profile = getattr(user, "staff_profile", None)
    return frozenset(profile.roles) if profile is not None and user.is_active else frozenset()


def rights_of(user: User | AnonymousUser) -> frozenset[Right]:
    """All rights of `user`, over every role and membership. One query at most, kept on the user for the request."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    rights = set(_EVERYBODY)
    for role in roles_of(user):
        rights |= RIGHTS_OF_ROLE[role]
    for kind in memberships_of(user).values():
        rights |= _CUSTOMER_ADMIN if kind == "admin" else _CUSTOMER_MEMBER
    return frozenset(rights)


def memberships_of(user: User) -> dict[int, str]:
    """The customers that `user` belongs to now, by id, with the kind of membership. Read once a request."""
    if user.memberships_read is None:
        user.memberships_read = dict(user.memberships.filter(until__isnull=True).values_list("customer_id", "kind"))
    return user.memberships_read


def is_admin_of(user: User, customer_id: int) -> bool:
    """Whether `user` is a customer admin of that customer."""
    return memberships_of(user).get(customer_id) == "admin"


def administered_by(user: User) -> list[int]:
    """The ids of the customers whose admin `user` is."""
    return [customer_id for customer_id, kind in memberships_of(user).items() if kind == "admin"]


def is_staff(user: User | AnonymousUser) -> bool:
    """Whether `user` is one of the provider's people."""
    return bool(roles_of(user))


def sees_all_customers(user: User | AnonymousUser) -> bool:
    """Operations leads see all customers, finance all billing data (DOMAIN.md §12)."""
    return bool(roles_of(user) & {Role.OPERATIONS, Role.FINANCE})


def delivers(user: User | AnonymousUser) -> bool:
    """Whether `user` holds a delivery role."""
    return bool(roles_of(user) & DELIVERY_ROLES)
