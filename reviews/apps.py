from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    label = "reviews"
    verbose_name = _("Project health checks")

    def ready(self) -> None:
        from notifications.domain.scans import register_scan
        from reviews.domain import (
            item_letters,
            item_reminders,
            letters,
            publishing,
            reminder_letters,
            reminders,
            windows,
        )
        from sessions.domain import other_meetings, signing

        signing.let_follow(windows.open_windows)
        other_meetings.make_known(publishing.describe, publishing.published_for)
        letters.register_kinds()
        reminder_letters.register_kinds()
        item_letters.register_kinds()
        register_scan("reviews", reminders.owe_review_reminders)
        register_scan("action_items", item_reminders.owe_item_reminders)
