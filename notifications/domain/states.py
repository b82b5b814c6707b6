"""Which state of a message may follow which, and the one function that moves it, guarded by the old state (§11)."""

from datetime import datetime
from typing import Any

from notifications.models import Message

State = Message.State

MAY_FOLLOW: dict[str, frozenset[str]] = {
    State.PENDING: frozenset({State.CLAIMED}),
    State.CLAIMED: frozenset({State.PENDING, State.SENDING, State.WITHDRAWN, State.FAILED}),
    State.SENDING: frozenset({State.PENDING, State.SENT, State.FAILED, State.UNKNOWN}),
    # Its worker was slow, not dead, and tells the truth in the end; or somebody sends it again by hand.
    State.UNKNOWN: frozenset({State.SENT, State.PENDING}),
    State.FAILED: frozenset({State.PENDING}),
    State.SENT: frozenset(),
    # Its cause is there again: `outbox.owe_all` owes it anew.
    State.WITHDRAWN: frozenset({State.PENDING}),
}


def move(message: Message, after: str, *, now: datetime, **fields: Any) -> bool:
    """Bring `message` from the state that it was read in to `after`, in one UPDATE guarded by that state and its claim.

    False if somebody else has moved it meanwhile: then nothing is written, and nothing may be done with it.

    :raises ValueError: if `after` may not follow
    """
    if after not in MAY_FOLLOW[message.state]:
        raise ValueError(f"{message.state} is not followed by {after}")
    moved = Message.objects.filter(pk=message.pk, state=message.state, claimed_by=message.claimed_by).update(
        state=after, state_since=now, **fields
    )
    if moved:
        message.state = after
        for name, value in fields.items():
            setattr(message, name, value)
    return bool(moved)
