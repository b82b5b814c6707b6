"""What was done: diary, sessions, ledger, waivers, periods."""

from sessions.models.diary import BookingPolicy, DiaryEntry, TimeOff, WorkingHours
from sessions.models.ledger import EntryShare, LedgerEntry, Waiver, WaiverDecision
from sessions.models.periods import BillingPeriod
from sessions.models.sessions import Attendee, ConsultingSession, OverageAcceptance, SessionEvent

__all__ = [
    "Attendee",
    "BillingPeriod",
    "BookingPolicy",
    "ConsultingSession",
    "DiaryEntry",
    "EntryShare",
    "LedgerEntry",
    "OverageAcceptance",
    "SessionEvent",
    "TimeOff",
    "Waiver",
    "WaiverDecision",
    "WorkingHours",
]
