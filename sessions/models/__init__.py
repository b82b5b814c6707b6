"""What was done: diary, sessions, ledger, waivers, periods."""

from sessions.models.attendees import Attendee
from sessions.models.busy_times import BusyCalendar, BusyTime
from sessions.models.diary import BookingPolicy, DiaryEntry
from sessions.models.feeds import CalendarFeed
from sessions.models.ledger import EntryShare, LedgerEntry, Waiver, WaiverDecision
from sessions.models.overage import OverageCap, OverageRequest
from sessions.models.periods import BillingPeriod
from sessions.models.sessions import ConsultingSession, OverageAcceptance, SessionEvent
from sessions.models.summaries import SessionSummary
from sessions.models.time_requests import TimeRequest, TimeRequestEvent, WishedTime
from sessions.models.working_time import DayException, DiarySettings, ExceptionHours, TimeOff, WorkingHours

__all__ = [
    "Attendee",
    "BillingPeriod",
    "BookingPolicy",
    "BusyCalendar",
    "BusyTime",
    "CalendarFeed",
    "ConsultingSession",
    "DayException",
    "DiaryEntry",
    "DiarySettings",
    "EntryShare",
    "ExceptionHours",
    "LedgerEntry",
    "OverageAcceptance",
    "OverageCap",
    "OverageRequest",
    "SessionEvent",
    "SessionSummary",
    "TimeOff",
    "TimeRequest",
    "TimeRequestEvent",
    "Waiver",
    "WaiverDecision",
    "WishedTime",
    "WorkingHours",
]
