from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SessionsConfig(AppConfig):
    name = "sessions"
    label = "consulting_sessions"
    verbose_name = _("Sessions and hours")

    def ready(self) -> None:
        from sessions.domain import asking_for_more, change_letters, overage_letters, overage_requests, session_letters

        session_letters.register_kinds()
        change_letters.register_kinds()
        overage_letters.register_kinds()
        overage_requests.register_kinds()
        asking_for_more.register_kinds()
