"""Theme and language: kept in cookies, the language with the person too when somebody is signed in. Keys: theirs."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from core.error_pages import error_page
from customers.authentication import CHOSEN_LANGUAGE
from customers.domain.preferences import keep_language, keep_single_keys
from customers.domain.roles import Right
from customers.models import User
from customers.permissions import PortalRequest, open_to_everybody, requires
from home.context_processors import THEME_COOKIE, THEMES

YEAR_SECONDS = 365 * 24 * 60 * 60


@open_to_everybody
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep light, dark or automatic colours for this browser."""
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        return error_page(request, 400)
    # The script changes the page itself and only wants the choice kept.
    answer = HttpResponse(status=204) if request.headers.get("X-Requested-With") == "portal" else _back(request)
    _keep(request, answer, THEME_COOKIE, theme)
    return answer


@open_to_everybody
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Read the portal in another language; somebody signed in gets their mail in it too (DOMAIN.md §13)."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return error_page(request, 400)
    if isinstance(request.user, User):
        keep_language(person=request.user, language=language)
    else:
        request.session[CHOSEN_LANGUAGE] = language
    answer = _back(request)
    _keep(request, answer, settings.LANGUAGE_COOKIE_NAME, language)
    return answer


@requires(Right.SEE_OWN_ACCOUNT)
@require_POST
def set_single_keys(request: PortalRequest) -> HttpResponse:
    """Switch shortcuts of a single key on or off: they hinder whoever dictates or presses keys by accident."""
    wanted = request.POST.get("single_keys", "")
    if wanted not in {"on", "off"}:
        return error_page(request, 400)
    keep_single_keys(person=request.user, wanted=wanted == "on")
    return _back(request)


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page that the switch stood on; never to another site."""
    address = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        address = "/"
    return HttpResponseRedirect(address)


def _keep(request: HttpRequest, answer: HttpResponse, name: str, value: str) -> None:
    answer.set_cookie(name, value, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure(), httponly=True)
