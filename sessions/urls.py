from django.urls import path

from sessions.views import (
    asking_for_more,
    booking,
    calendars,
    cancelling,
    changes,
    contract_list,
    contracts,
    corrections,
    diary,
    diary_absences,
    diary_calendars,
    diary_hours,
    entry_list,
    handovers,
    ledger,
    logging,
    overage_cap,
    session_list,
    sessions,
    time_proposals,
    time_requests,
)

app_name = "sessions"
urlpatterns = [
    # Contracts
    path("contracts/", contract_list.contract_list, name="contract-list"),
    path("contracts.csv", contract_list.contract_list_csv, name="contract-list-csv"),
    path("contracts/new/", contracts.contract_create, name="contract-create"),
    path("contracts/<int:pk>/", contracts.contract, name="contract"),
    path("contracts/<int:pk>/adjust/", corrections.adjust, name="adjust"),
    path("contracts/<int:pk>/more/", asking_for_more.more, name="contract-more"),
    path("contracts/<int:pk>/log/", logging.log_free, name="log-free"),
    # Overage
    path("customers/<int:pk>/overage-cap/", overage_cap.overage_cap, name="overage-cap"),
    # Booking
    path("sessions/book/", booking.book_start, name="book-start"),
    path("contracts/<int:pk>/book/", booking.book, name="book"),
    path("contracts/<int:pk>/book/time/", booking.book_time, name="book-time"),
    path("contracts/<int:pk>/book/details/", booking.book_details, name="book-details"),
    path("contracts/<int:pk>/ask-for-a-time/", time_requests.ask, name="ask-for-a-time"),
    path("time-requests/<int:pk>/", time_requests.time_request, name="time-request"),
    path("time-requests/<int:pk>/propose/", time_proposals.propose, name="propose-time"),
    path("time-requests/<int:pk>/confirm/", time_proposals.confirm, name="confirm-time"),
    path("time-requests/<int:pk>/decline/", time_requests.decline, name="decline-time-request"),
    path("time-requests/<int:pk>/withdraw/", time_requests.withdraw, name="withdraw-time-request"),
    # Sessions
    path("sessions/", session_list.session_list, name="list"),
    path("sessions.csv", session_list.session_list_csv, name="list-csv"),
    path("sessions/<int:pk>/", sessions.session, name="detail"),
    path("sessions/<int:pk>/cancel/", cancelling.cancel, name="cancel"),
    path("sessions/<int:pk>/move/", changes.move, name="move"),
    path("sessions/<int:pk>/move/confirm/", changes.move_confirm, name="move-confirm"),
    path("sessions/<int:pk>/reassign/", handovers.reassign, name="reassign"),
    path("sessions/<int:pk>/place/", handovers.place, name="place"),
    path("sessions/hand-over/", handovers.hand_over_sessions, name="hand-over"),
    path("sessions/<int:pk>/log/", logging.log_session, name="log"),
    path("sessions/<int:pk>/no-show/", cancelling.no_show, name="no-show"),
    # Calendars
    path("sessions/<int:pk>/calendar.ics", calendars.session_calendar, name="calendar"),
    path("calendars/<slug:secret>.ics", calendars.feed, name="feed"),
    path("preferences/calendar/", calendars.my_calendar, name="my-calendar"),
    # Time entries
    path("time-entries/", entry_list.entry_list, name="entry-list"),
    path("time-entries.csv", entry_list.entry_list_csv, name="entry-list-csv"),
    path("time-entries/<int:pk>/", ledger.entry, name="entry"),
    path("time-entries/<int:pk>/reverse/", corrections.reverse, name="reverse"),
    path("time-entries/<int:pk>/waive/", corrections.waive, name="waive"),
    path("time-entries/<int:pk>/refuse-waiver/", corrections.refuse_waiver, name="refuse-waiver"),
    # Diaries
    path("diary/", diary.diary, name="diary"),
    path("diary/everybody/", diary.diaries, name="diaries"),
    path("diary/<int:pk>/", diary.diary_week, name="diary-week"),
    path("diary/<int:pk>/hours/", diary_hours.diary_hours, name="diary-hours"),
    path("diary/<int:pk>/days-off/", diary_absences.diary_absences, name="diary-absences"),
    path("diary/<int:pk>/time-off/new/", diary_absences.time_off_new, name="time-off-new"),
    path("diary/<int:pk>/time-off/<int:time_off_pk>/", diary_absences.time_off_change, name="time-off-change"),
    path("diary/<int:pk>/time-off/<int:time_off_pk>/end/", diary_absences.time_off_end, name="time-off-end"),
    path("diary/<int:pk>/exceptions/new/", diary_absences.exception_new, name="exception-new"),
    path(
        "diary/<int:pk>/exceptions/<int:exception_pk>/remove/", diary_absences.exception_remove, name="exception-remove"
    ),
    path("diary/<int:pk>/calendars/", diary_calendars.diary_calendars, name="diary-calendars"),
    path("diary/<int:pk>/calendars/<int:calendar_pk>/read/", diary_calendars.calendar_read, name="calendar-read"),
    path("diary/<int:pk>/calendars/<int:calendar_pk>/remove/", diary_calendars.calendar_remove, name="calendar-remove"),
]
