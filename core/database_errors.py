"""What PostgreSQL's refusals mean to us."""

from django.db.utils import Error, InterfaceError, OperationalError

LOCK_NOT_AVAILABLE = "55P03"
DEADLOCK_DETECTED = "40P01"
SERIALIZATION_FAILURE = "40001"
QUERY_CANCELED = "57014"
EXCLUSION_VIOLATION = "23P01"
UNIQUE_VIOLATION = "23505"

TRY_AGAIN = frozenset({LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED, SERIALIZATION_FAILURE, QUERY_CANCELED})

CONNECTION_LOST = frozenset({"57P01", "57P02", "57P03", "53300", "08000", "08003", "08006"})
"""Shut down, starting up, no connection left, connection broken; a refused connection has no code at all."""


def sqlstate(error: BaseException | None) -> str:
    """The SQLSTATE behind a Django database error, or an empty string."""
    return getattr(getattr(error, "__cause__", None), "pgcode", None) or ""


def worth_another_try(error: BaseException) -> bool:
    """Whether the same request may well succeed a moment later: a lock could not be had in time."""
    return isinstance(error, Error) and sqlstate(error) in TRY_AGAIN


def is_unreachable(error: BaseException) -> bool:
    """Whether the database itself is away: stopped, starting, or out of connections."""
    if isinstance(error, InterfaceError):
        return True
    return isinstance(error, OperationalError) and sqlstate(error) in CONNECTION_LOST | {""}


def constraint_of(error: BaseException) -> str:
    """The name of the constraint that refused, or an empty string."""
    diagnosis = getattr(getattr(error, "__cause__", None), "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
