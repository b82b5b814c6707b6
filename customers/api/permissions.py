"""Which right a call needs: every view of the API declares it, or does not load (DOMAIN.md §12)."""

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from customers.domain.roles import Right, rights_of

if TYPE_CHECKING:  # the framework's views load what its settings name, this module among it
    from rest_framework.views import APIView


class DeclaredPermission(BasePermission):
    """Refuses who is not signed in (401), does not see the area (404), or may not do the act on it (403).

    The view names them: `see`, the right without which the area does not exist, and `acts`, what its methods need
    beyond that (`{"POST": Right.ADJUST}`), and `of`, what the caller sees of the objects that its address names: what
    they do not see is no more refused than what is not there.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """True, or an exception that says which of the three it is."""
        if not request.user.is_authenticated:
            raise NotAuthenticated(_("Sign in or send a token."), code="not_signed_in")
        rights = rights_of(request.user)
        see: Right | None = getattr(view, "see", None)
        act: Right | None = getattr(view, "acts", {}).get(request.method)
        if see is None or see not in rights:
            raise Http404
        if act is not None and act not in rights:
            visible = getattr(type(view), "of", None)
            # The first number in an address is that of the object.
            if visible is not None and not visible(request.user).filter(pk=next(iter(view.kwargs.values()))).exists():
                raise Http404
            raise PermissionDenied(_("Your role does not allow this."), code="not_allowed")
        return True
