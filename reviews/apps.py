from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    label = "reviews"
    verbose_name = _("Project health checks")

    def ready(self) -> None:
        from notifications.domain.scans import register_scan
        from reviews.domain import reminder_letters, reminders
        from reviews.domain.windows import open_windows
        from sessions.domain.signing import let_follow

        let_follow(open_windows)
        reminder_letters.register_kinds()
        register_scan("reviews", reminders.owe_review_reminders)
