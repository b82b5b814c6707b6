"""A look at customers, their people and API keys; people are invited on the portal's own pages."""

from django.contrib import admin

from core.models import AuditEvent
from customers.administration import RecordAdmin, RecordInline
from customers.models import ApiToken, ContactAssignment, Customer, Membership


class MembershipInline(RecordInline):
    model = Membership


class ContactAssignmentInline(RecordInline):
    model = ContactAssignment


@admin.register(Customer)
class CustomerAdmin(RecordAdmin):
    list_display = ("name", "country", "time_zone", "currency", "created_at")
    list_filter = ("country", "currency", "language")
    search_fields = ("name",)
    inlines = (MembershipInline, ContactAssignmentInline)


@admin.register(ApiToken)
class ApiTokenAdmin(RecordAdmin):
    list_display = ("name", "person", "prefix", "scopes", "created_at", "last_used_at", "ends_at", "revoked_at")
    list_select_related = ("person",)
    exclude = ("digest",)


@admin.register(AuditEvent)
class AuditEventAdmin(RecordAdmin):
    list_display = ("at", "actor", "verb", "object_type", "object_id", "reason")
    list_select_related = ("actor",)
    list_filter = ("verb",)
    date_hierarchy = "at"
    ordering = ("-at", "-pk")
