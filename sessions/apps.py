from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SessionsConfig(AppConfig):
    name = "sessions"
    label = "consulting_sessions"
    verbose_name = _("Sessions and hours")

    def ready(self) -> None:
        from notifications.domain.scans import register_scan
        from sessions.domain import (
            answer_letters,
            asking_for_more,
            change_letters,
            log_reminders,
            minutes_reminders,
            overage_letters,
            overage_requests,
            reminder_letters,
            reminders,
            session_letters,
            summary_letters,
            term_reminders,
            time_request_letters,
        )

        session_letters.register_kinds()
        change_letters.register_kinds()
        overage_letters.register_kinds()
        overage_requests.register_kinds()
        asking_for_more.register_kinds()
        answer_letters.register_kinds()
        summary_letters.register_kinds()
        reminder_letters.register_kinds()
        register_scan("sessions", reminders.owe_session_reminders)
        register_scan("not_logged", log_reminders.owe_not_logged)
        register_scan("included_minutes", minutes_reminders.owe_included_minutes)
        register_scan("unused_minutes", term_reminders.owe_unused_minutes)
        register_scan("contract_ends", term_reminders.owe_contract_ends)
        time_request_letters.register_kinds()
