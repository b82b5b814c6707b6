"""The catalogue in the administration, and a look at contracts, rates and terms."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from customers.administration import OperationsAdmin, OperationsInline, RecordAdmin, RecordInline
from customers.models import Role
from packages.domain.publishing import publish_version
from packages.models import (
    Contract,
    DeliveryTeamMember,
    Package,
    PackageVersion,
    RateLine,
    TermsAcceptance,
    TermsText,
    TermsVersion,
)

DELIVERY_ROLE_CHOICES = [choice for choice in Role.choices if choice[0] not in (Role.OPERATIONS, Role.FINANCE)]


class PackageVersionForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no parameters at run time
    """A version to publish; its number and date come by themselves."""

    delivering_roles = forms.MultipleChoiceField(choices=DELIVERY_ROLE_CHOICES, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = PackageVersion
        fields = (
            "included_minutes",
            "window_days",
            "review_count",
            "review_cadence",
            "dedicated_role",
            "delivering_roles",
        )


class NewVersionInline(OperationsInline):
    """Versions are published, never changed: contracts refer to them for ever."""

    model = PackageVersion
    form = PackageVersionForm
    readonly_fields = ("version", "published_at")
    ordering = ("-version",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Package)
class PackageAdmin(OperationsAdmin):
    list_display = ("name", "code")
    inlines = (NewVersionInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """The code is what the API and the demo know a package by: it stays."""
        return ("code",) if obj else ()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for version in formset.save(commit=False):
            publish_version(version=version, now=timezone.now())


class DeliveryTeamInline(RecordInline):
    model = DeliveryTeamMember


class TermsAcceptanceInline(RecordInline):
    model = TermsAcceptance


@admin.register(Contract)
class ContractAdmin(RecordAdmin):
    list_display = ("reference", "customer", "package_version", "starts_on", "ends_on", "currency")
    list_select_related = ("customer", "package_version__package")
    list_filter = ("package_version__package", "currency", "selling_entity")
    search_fields = ("customer__name",)
    date_hierarchy = "starts_on"
    ordering = ("-starts_on", "-pk")
    inlines = (DeliveryTeamInline, TermsAcceptanceInline)


@admin.register(RateLine)
class RateLineAdmin(RecordAdmin):
    list_display = ("currency", "contract", "hourly_rate", "valid_from", "created_by", "created_at")
    list_select_related = ("contract", "created_by")
    list_filter = ("currency",)
    ordering = ("currency", "-valid_from", "-pk")


class TermsTextInline(RecordInline):
    model = TermsText


@admin.register(TermsVersion)
class TermsVersionAdmin(RecordAdmin):
    list_display = ("version", "in_force_from")
    ordering = ("-in_force_from",)
    inlines = (TermsTextInline,)
