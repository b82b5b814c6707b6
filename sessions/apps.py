from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "sessions"
    label = "consulting_sessions"

    def ready(self) -> None:
        from sessions.domain import session_letters

        session_letters.register_kinds()
