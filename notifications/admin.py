"""A look at the outbox, and the hand that sends again what the portal does not."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from customers.administration import OperationsAdmin, RecordAdmin
from customers.models import User
from notifications.domain.resending import NotResendable, send_again
from notifications.models import Message, ReminderPolicy


@admin.register(Message)
class MessageAdmin(RecordAdmin):
    list_display = ("kind", "recipient_email", "state", "due_at", "state_since", "attempts", "error")
    list_filter = ("state", "kind")
    search_fields = ("recipient_email", "key")
    ordering = ("-pk",)
    actions = ("send_again",)

    @admin.action(description=_("Send again"), permissions=["view"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        """One mail that cannot be sent again stops no other."""
        assert isinstance(request.user, User)
        asked = 0
        for message in chosen:
            try:
                send_again(message=message, by=request.user, now=timezone.now())
            except NotResendable as refusal:
                self.message_user(request, f"{message}: {refusal}", messages.WARNING)
            else:
                asked += 1
        if asked:
            said = ngettext("%(count)s mail is sent again.", "%(count)s mails are sent again.", asked)
            self.message_user(request, said % {"count": asked}, messages.SUCCESS)


@admin.register(ReminderPolicy)
class ReminderPolicyAdmin(OperationsAdmin):
    list_display = ("__str__", "session_first_hours", "session_last_hours", "unused_minutes_days", "contract_end_days")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not ReminderPolicy.objects.exists()
