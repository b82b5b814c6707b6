"""The admin site: for operations leads, behind the portal's own sign-in with its limits and second factor."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.domain.roles import Right, rights_of


class PortalAdminSite(AdminSite):
    site_header = _("Oura Success · administration")
    site_title = _("Oura Success")
    index_title = _("Catalogue, staff and records")

    def has_permission(self, request: HttpRequest) -> bool:
        return Right.SEE_OPERATIONS in rights_of(request.user)


portal_admin = PortalAdminSite(name="admin")
