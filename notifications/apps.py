from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    label = "notifications"
    verbose_name = _("Mail")

    def ready(self) -> None:
        from core.health import report_also
        from notifications.domain import accounts, lag, tokens

        accounts.register_kinds()
        tokens.register_kinds()
        report_also("mail", lag.mail_report)
