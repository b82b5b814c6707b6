from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    label = "billing"

    def ready(self) -> None:
        from billing.domain import question_letters, rate_changes, reminder_letters, reminders
        from billing.domain.files import letters
        from notifications.domain.scans import register_scan

        rate_changes.register_kinds()
        question_letters.register_kinds()
        reminder_letters.register_kinds()
        letters.register_kinds()
        register_scan("overage_digest", reminders.owe_overage_digests)
        register_scan("month_ready", reminders.owe_months_ready)
