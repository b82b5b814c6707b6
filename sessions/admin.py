"""Staff with their working hours, the booking policy, and a look at sessions, ledger, waivers and periods."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin import StackedInline
from django.contrib.admin.widgets import AdminSplitDateTime
from django.db.models import Model, QuerySet, TimeField
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.countries import country_choices
from core.dates import ZONE_NAMES
from core.form_fields import WallClockField
from core.formatting import zone_city
from customers.administration import OperationsAdmin, OperationsInline, RecordAdmin, RecordInline
from customers.models import Role, StaffProfile, User
from sessions.models import (
    Attendee,
    BillingPeriod,
    BookingPolicy,
    ConsultingSession,
    EntryShare,
    LedgerEntry,
    OverageAcceptance,
    SessionEvent,
    SessionSummary,
    TimeOff,
    TimeRequest,
    TimeRequestEvent,
    Waiver,
    WaiverDecision,
    WishedTime,
    WorkingHours,
)

if TYPE_CHECKING:
    AnyFormSet = BaseInlineFormSet[TimeOff, User, Any]
else:  # Django's class takes no parameters at run time
    AnyFormSet = BaseInlineFormSet


class StaffProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no parameters at run time
    """Roles by tick, the country of the public holidays by name."""

    roles = forms.MultipleChoiceField(label=_("Roles"), choices=Role.choices, widget=forms.CheckboxSelectMultiple)
    video_link = forms.URLField(label=_("Video link"), max_length=300, required=False, assume_scheme="https")
    country = forms.ChoiceField(label=_("Country"), help_text=_("Its public holidays are not offered for booking."))

    class Meta:
        model = StaffProfile
        fields = ("roles", "country", "video_link", "phone")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = list(country_choices(get_language() or "en"))


class StaffForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no parameters at run time
    """One of the provider's people. They set their password through the reset mail."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(zone, zone) for zone in sorted(ZONE_NAMES)],
        help_text=_("Working hours are by the clock of this zone."),
    )

    class Meta:
        model = User
        fields = ("name", "email", "language", "time_zone", "is_active")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


class StaffProfileInline(OperationsInline):
    model = StaffProfile
    form = StaffProfileForm
    min_num = 1
    template = StackedInline.template

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class WorkingHoursInline(OperationsInline):
    """By the wall clock of the person's zone: a plain field, for Django's own compares with the reader's clock."""

    model = WorkingHours
    formfield_overrides = {TimeField: {"widget": forms.TimeInput(format="%H:%M", attrs={"type": "time"})}}


class TimeOffForm(forms.ModelForm):  # type: ignore[type-arg]  # takes no parameters at run time
    """By the clock of the person whose time off it is, which the heads of the columns name."""

    starts_at = WallClockField(widget=AdminSplitDateTime)
    ends_at = WallClockField(widget=AdminSplitDateTime)

    class Meta:
        model = TimeOff
        fields = ("starts_at", "ends_at", "reason")

    def __init__(self, *args: Any, zone: str, **options: Any) -> None:
        super().__init__(*args, **options)
        city = zone_city(zone, get_language() or "en")
        for name, label in (("starts_at", _("from")), ("ends_at", _("until"))):
            field = self.fields[name]
            assert isinstance(field, WallClockField)
            field.zone, field.label = zone, f"{label} ({city})"


class TimeOffFormSet(AnyFormSet):
    """Knows whose clock counts."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "zone": self.instance.time_zone}


class TimeOffInline(OperationsInline):
    """When and why; who covers is chosen on the pages of the diary."""

    model = TimeOff
    fk_name = "staff"
    form = TimeOffForm
    formset = TimeOffFormSet


@admin.register(User)
class StaffAdmin(OperationsAdmin):
    """The provider's people alone: those of customers are invited on the portal's pages."""

    form = StaffForm
    personal_fields = frozenset({"name", "email"})
    list_display = ("name", "email", "time_zone", "is_active")
    search_fields = ("name", "email")
    ordering = ("name",)
    inlines = (StaffProfileInline, WorkingHoursInline, TimeOffInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return User.objects.filter(staff_profile__isnull=False, anonymised_at__isnull=True)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)


@admin.register(BookingPolicy)
class BookingPolicyAdmin(OperationsAdmin):
    list_display = ("__str__", "notice_hours", "horizon_days", "buffer_minutes", "step_minutes", "change_cutoff_hours")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not BookingPolicy.objects.exists()


class AttendeeInline(RecordInline):
    model = Attendee


class SessionEventInline(RecordInline):
    model = SessionEvent


class SessionSummaryInline(RecordInline):
    model = SessionSummary


class OverageAcceptanceInline(RecordInline):
    model = OverageAcceptance


@admin.register(ConsultingSession)
class ConsultingSessionAdmin(RecordAdmin):
    list_display = ("reference", "contract", "session_type", "staff", "starts_at", "status")
    list_select_related = ("contract", "staff")
    list_filter = ("status", "session_type")
    date_hierarchy = "starts_at"
    ordering = ("-starts_at", "-pk")
    inlines = (AttendeeInline, SessionEventInline, SessionSummaryInline, OverageAcceptanceInline)


class WishedTimeInline(RecordInline):
    model = WishedTime


class TimeRequestEventInline(RecordInline):
    model = TimeRequestEvent


@admin.register(TimeRequest)
class TimeRequestAdmin(RecordAdmin):
    list_display = ("reference", "contract", "session_type", "status", "asked_by", "asked_at", "staff", "starts_at")
    list_select_related = ("contract", "asked_by", "staff")
    list_filter = ("status", "session_type")
    date_hierarchy = "asked_at"
    ordering = ("-asked_at", "-pk")
    inlines = (WishedTimeInline, TimeRequestEventInline)


class EntryShareInline(RecordInline):
    model = EntryShare


class WaiverInline(RecordInline):
    model = Waiver


@admin.register(LedgerEntry)
class LedgerEntryAdmin(RecordAdmin):
    list_display = ("pk", "contract", "kind", "minutes", "session_type", "staff", "started_at", "created_at")
    list_select_related = ("contract", "staff")
    list_filter = ("kind", "session_type", "basis")
    date_hierarchy = "created_at"
    ordering = ("-pk",)
    inlines = (EntryShareInline, WaiverInline)


class WaiverDecisionInline(RecordInline):
    model = WaiverDecision


@admin.register(Waiver)
class WaiverAdmin(RecordAdmin):
    list_display = ("entry", "proposed_by", "proposed_at", "reason")
    list_select_related = ("entry", "proposed_by")
    ordering = ("-proposed_at",)
    inlines = (WaiverDecisionInline,)


@admin.register(SessionEvent)
class SessionEventAdmin(RecordAdmin):
    list_display = ("at", "session", "kind", "by", "reason")
    list_select_related = ("session", "by")
    list_filter = ("kind",)
    ordering = ("-at", "-pk")


@admin.register(BillingPeriod)
class BillingPeriodAdmin(RecordAdmin):
    list_display = ("month", "close_number", "closed_at", "closed_by")
    list_select_related = ("closed_by",)
    ordering = ("-month",)
