"""What the pages of the administration share: operations leads look and change, nobody deletes (DOMAIN.md §12)."""

from typing import TYPE_CHECKING, Any

from django.contrib.admin import ModelAdmin, TabularInline
from django.db.models import Model
from django.http import HttpRequest

from customers.domain.roles import Right, rights_of

if TYPE_CHECKING:
    AnyModelAdmin = ModelAdmin[Any]
    AnyInline = TabularInline[Any, Any]
else:  # Django's classes take no parameters at run time
    AnyModelAdmin, AnyInline = ModelAdmin, TabularInline


def _leads_operations(request: HttpRequest) -> bool:
    return Right.SEE_OPERATIONS in rights_of(request.user)


class OperationsAdmin(AnyModelAdmin):
    """Looked at, added to and changed by operations leads; never deleted."""

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
