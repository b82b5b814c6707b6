"""What the pages of the administration share: operations leads look and change, nobody deletes (DOMAIN.md §12)."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.admin import ModelAdmin, TabularInline
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from core.audit import record
from customers.domain.roles import Right, rights_of
from customers.models import User

if TYPE_CHECKING:
    AnyModelAdmin = ModelAdmin[Any]
    AnyInline = TabularInline[Any, Any]
else:  # Django's classes take no parameters at run time
    AnyModelAdmin, AnyInline = ModelAdmin, TabularInline


def _leads_operations(request: HttpRequest) -> bool:
    return Right.SEE_OPERATIONS in rights_of(request.user)


class OperationsAdmin(AnyModelAdmin):
    """Looked at, added to and changed by operations leads; never deleted.

    `personal_fields`: those whose values stay out of the audit trail, which only notes that they changed.
    """

    personal_fields: ClassVar[frozenset[str]] = frozenset()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _leads_operations(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _leads_operations(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _leads_operations(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _leads_operations(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Django's message, with what each changed field of the object said before and says now."""
        said: Any = super().construct_change_message(request, form, formsets, add)
        for each in said:
            if "changed" in each and "object" not in each["changed"]:
                each["changed"]["values"] = {
                    field: [str(form.initial.get(field)), str(form.cleaned_data.get(field))]
                    for field in form.changed_data
                }
        return said

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._record("add", request, obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._record("change", request, obj, message)
        return super().log_change(request, obj, message)

    def _record(self, act: str, request: HttpRequest, obj: Model, message: Any) -> None:
        """Django's own log can be rewritten; the audit trail cannot, so that no person's name or address goes in."""
        assert isinstance(request.user, User)
        verb = f"{type(obj).__name__.lower()}.{act}"
        record(verb=verb, of=[(obj, {"changes": self._without_names(message)})], by=request.user, now=timezone.now())

    def _without_names(self, message: Any) -> Any:
        """The message without what objects are called, and without what `personal_fields` said and say."""
        if not isinstance(message, list):
            return message
        return [
            {
                act: {
                    key: {field: said for field, said in value.items() if field not in self.personal_fields}
                    if key == "values"
                    else value
                    for key, value in particulars.items()
                    if key != "object"
                }
                for act, particulars in each.items()
            }
            for each in message
        ]


class RecordAdmin(OperationsAdmin):
    """Looked at, never touched: the ledger, rates, waivers, events and whatever else money hangs on."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class OperationsInline(AnyInline):
    """Rows of an object that operations leads change."""

    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _leads_operations(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _leads_operations(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _leads_operations(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _leads_operations(request)


class RecordInline(OperationsInline):
    """Rows of an object that are looked at and never touched."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
