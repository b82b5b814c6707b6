"""Tone and icon of every state, so that a state is never shown by colour alone. Words come from the models' choices."""

from typing import NamedTuple


class Look(NamedTuple):
    """How a state appears: the tone of its badge and its icon (a Lucide name)."""

    tone: str
    icon: str


STATUS_LOOKS: dict[str, dict[str, Look]] = {
    "session": {
        "booked": Look("info", "calendar-check"),
        "held": Look("good", "circle-check"),
        "cancelled": Look("neutral", "circle-x"),
        "no_show": Look("warn", "user-x"),
    },
    "time_request": {
        "asked": Look("info", "message-circle-plus"),
        "proposed": Look("warn", "calendar-clock"),
        "booked": Look("good", "calendar-check"),
        "declined": Look("neutral", "circle-x"),
        "withdrawn": Look("neutral", "undo-2"),
        "expired": Look("neutral", "hourglass"),
    },
    "entry": {
        "included": Look("good", "circle-check"),
        "split": Look("warn", "circle-dot"),
        "overage": Look("warn", "circle-plus"),
        "courtesy": Look("accent", "gift"),
        "reversed": Look("neutral", "undo-2"),
        "unpriced": Look("bad", "circle-question-mark"),
    },
    "contract": {
        "upcoming": Look("info", "calendar-clock"),
        "running": Look("good", "circle-check"),
        "lapsed": Look("warn", "hourglass"),
        "ended": Look("neutral", "circle-stop"),
        "voided": Look("neutral", "ban"),
    },
    "period": {
        "open": Look("info", "lock-open"),
        "provisional": Look("info", "pencil-ruler"),
        "ready": Look("warn", "hourglass"),
        "closed": Look("neutral", "lock"),
    },
    "question": {
        "open": Look("warn", "message-circle-question-mark"),
        "upheld": Look("good", "circle-check"),
        "rejected": Look("neutral", "message-circle-reply"),
    },
    "review": {
        "upcoming": Look("neutral", "calendar"),
        "due": Look("warn", "calendar-clock"),
        "planned": Look("info", "calendar-check"),
        "unrecorded": Look("warn", "hourglass"),
        "held": Look("good", "circle-check"),
        "made_up": Look("good", "history"),
        "missed": Look("bad", "calendar-x"),
    },
    "project": {
        "on_track": Look("good", "trending-up"),
        "at_risk": Look("warn", "triangle-alert"),
        "off_track": Look("bad", "trending-down"),
    },
    "request": {
        "new": Look("accent", "sparkles"),
        "open": Look("info", "message-circle"),
        "waiting": Look("warn", "hourglass"),
        "resolved": Look("good", "circle-check"),
        "closed": Look("neutral", "circle-x"),
    },
    "return": {
        "open": Look("good", "circle-check"),
        "closed": Look("neutral", "lock"),
        "unknown": Look("warn", "circle-question-mark"),
    },
    "import": {
        "faulty": Look("bad", "circle-alert"),
        "ready": Look("info", "file-check"),
        "waiting": Look("neutral", "clock"),
        "running": Look("info", "loader"),
        "done": Look("good", "circle-check"),
        "interrupted": Look("warn", "triangle-alert"),
        "discarded": Look("neutral", "circle-x"),
    },
    "mail": {
        "pending": Look("neutral", "clock"),
        "claimed": Look("info", "loader"),
        "sending": Look("info", "send"),
        "sent": Look("good", "circle-check"),
        "failed": Look("bad", "circle-alert"),
        "unknown": Look("warn", "circle-question-mark"),
        "withdrawn": Look("neutral", "circle-x"),
    },
}


def look_of(kind: str, value: str) -> Look:
    """The look of state `value` of a `kind` of object.

    :raises KeyError: for a state that has no look yet; tests find it before a reader does
    """
    return STATUS_LOOKS[kind][value]
