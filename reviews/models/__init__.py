"""Project health checks."""

from reviews.models.records import ActionItem, AgendaPoint, InternalNote
from reviews.models.reviews import Review, ReviewAttendee, ReviewEvent, ReviewStaff, Side

__all__ = [
    "ActionItem",
    "AgendaPoint",
    "InternalNote",
    "Review",
    "ReviewAttendee",
    "ReviewEvent",
    "ReviewStaff",
    "Side",
]
