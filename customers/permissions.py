"""How a view declares who may call it. A view that declares nothing fails the build (tests/access)."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from core.error_pages import signed_out, wants_fragment
from core.submit_once import answer_form_once
from customers.domain.roles import Right, rights_of
from customers.models import User


class PortalRequest(HttpRequest):
    """A request whose person is signed in: what a view behind `requires` receives."""

    user: User
    htmx: Any


Params = ParamSpec("Params")
Response = TypeVar("Response", bound=HttpResponseBase)
SignedInView = Callable[Concatenate[PortalRequest, Params], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, Params], HttpResponseBase]
Visible = Callable[[User], QuerySet[Any]]


def requires(
    right: Right, *, to: Right | None = None, of: Visible | None = None
) -> Callable[[SignedInView[Params]], View[Params]]:
    """Open a view to people who hold `right`: without it the page does not exist for them (404).

    `to` names an act on what they see: without that right it is refused (403). `of` tells what they see, where the
    address names an object (its `pk`): what they do not see is no more refused than what is not there (404). Who is not
    signed in goes to sign in. A form that is sent twice acts once (`core.submit_once`).
    """

    def decorate(view: SignedInView[Params]) -> View[Params]:
        def guarded(request: HttpRequest, /, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return signed_out(request) if wants_fragment(request) else redirect_to_login(request.get_full_path())
            rights = rights_of(request.user)
            if right not in rights:
                raise Http404
            if to is not None and to not in rights:
                if of is not None and not of(request.user).filter(pk=kwargs["pk"]).exists():
                    raise Http404
                raise PermissionDenied
            signed_in = cast(PortalRequest, request)
            return answer_form_once(
                request, person=request.user, act=lambda: view(signed_in, *args, **kwargs), now=timezone.now()
            )

        update_wrapper(guarded, view)
        guarded.declared_permission = right if to is None else to  # type: ignore[attr-defined]  # read by the sweep
        return guarded

    return decorate


def open_to_everybody(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Declare that a view needs no sign-in: nothing of any customer is in it but for who knows a secret address."""
    view.declared_permission = "everybody"  # type: ignore[attr-defined]  # read by the sweep
    return view
