"""The audit trail: who did what to which object, for facts that do not keep it themselves. Append-only."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model

from core.models import AuditEvent

ROWS_A_QUERY = 1000


def record(
    *,
    verb: str,
    of: Iterable[tuple[Model, Mapping[str, Any]]],
    by: AbstractBaseUser | None,
    now: datetime,
    reason: str = "",
) -> None:
    """Keep that `by` did `verb` to each object of `of`, with its particulars, in the caller's transaction.

    :param verb: `object.act`, such as `membership.begin`; for ever, since the trail is never rewritten
    """
    AuditEvent.objects.bulk_create(
        [
            AuditEvent(
                at=now,
                actor_id=None if by is None else by.pk,
                verb=verb,
                object_type=type(each).__name__.lower(),
                object_id=each.pk,
                reason=reason,
                details=dict(details),
            )
            for each, details in of
        ],
        batch_size=ROWS_A_QUERY,
    )
