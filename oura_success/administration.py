"""The admin site: for operations leads, behind the portal's own sign-in with its limits and second factor."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from customers.administration import OperationsAdmin
from customers.domain.roles import Right, rights_of

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class PortalAdminSite(AdminSite):
    """Every app registers with it through `admin.register`: it is the project's default site (oura_success/apps.py)."""

    site_header = _("Oura Success · administration")
    site_title = _("Oura Success")
    index_title = _("Catalogue, staff and records")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """What our apps register; groups, second factors and the like of other packages have no place here."""
        if admin_class is not None and issubclass(admin_class, OperationsAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return Right.SEE_OPERATIONS in rights_of(request.user)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Without the right the administration does not exist (404), as everywhere else in the portal."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            return inner(request, *args, **kwargs)

        guarded.declared_permission = Right.SEE_OPERATIONS  # type: ignore[attr-defined]  # read by the sweep
        return cast(View, update_wrapper(guarded, view))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The portal's sign-in: the admin's own form has no limits and no second factor (RELIABILITY 11)."""
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(request.GET.get("next", "/"))

    def password_change(  # type: ignore[override]  # a redirect, where Django draws a page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The portal's page, with its rules and its mail."""
        return redirect("account_change_password")
