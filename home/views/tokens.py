"""The API tokens that a person made for other systems. The doors stand here because a new token owes its person a mail.

A token is shown once. Between the POST that makes it and the page that shows it, it travels in a signed cookie of that
page alone, which lives a minute: the server keeps nothing but its hash.
"""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.form_refusals import show_refusal
from core.refusals import Refusal
from customers.domain.roles import Right
from customers.domain.tokens import is_live, revoke_token, scope_labels, scopes_for, tokens_of
from customers.forms.tokens import TokenForm
from customers.models import ApiToken, TokenScope
from customers.permissions import PortalRequest, requires
from notifications.domain.tokens import make_token

SHOWN_ONCE = "portal_new_token"
SHOWN_WITHIN_SECONDS = 60
ENDED_SHOWN = 10


@never_cache
@requires(Right.SEE_OWN_ACCOUNT)
@require_safe
def tokens(request: PortalRequest) -> HttpResponse:
    """My tokens; one that was made a moment ago is shown, once."""
    mine = tokens_of(request.user)
    live = is_live(timezone.now())
    new_token = request.get_signed_cookie(
        SHOWN_ONCE, default="", salt=str(request.user.pk), max_age=SHOWN_WITHIN_SECONDS
    )
    answer = render(
        request,
        "customers/tokens.html",
        {
            "tokens": [_described(token) for token in mine.filter(live)],
            "ended": [_described(token) for token in mine.exclude(live)[:ENDED_SHOWN]],
            "new_token": new_token,
        },
    )
    if SHOWN_ONCE in request.COOKIES:
        answer.delete_cookie(SHOWN_ONCE, path=reverse("tokens"))
    return answer


@requires(Right.SEE_OWN_ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
def token_create(request: PortalRequest) -> HttpResponse:
    """Make a token; who signed in a while ago types their password first."""
    form = TokenForm(request.POST or None, scopes=scopes_for(request.user), initial={"scopes": [TokenScope.READ]})
    if form.is_valid():
        _ask_for_password(request)
        now = timezone.now()
        try:
            _row, token = make_token(
                person=request.user,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                ends_at=form.ends_at(now=now),
                now=now,
            )
        except Refusal as refusal:
            show_refusal(form, refusal, beside={"ends_at": "lifetime"})
        else:
            return _shown_once(token, request)
    return render(request, "customers/token_create.html", {"form": form}, status=422 if form.errors else 200)


@requires(Right.SEE_OWN_ACCOUNT)
@require_http_methods(["GET", "HEAD", "POST"])
def token_revoke(request: PortalRequest, pk: int) -> HttpResponse:
    """End a token for good, after the question."""
    token = get_object_or_404(tokens_of(request.user), pk=pk)
    if request.method == "POST":
        revoke_token(token=token, now=timezone.now())
        messages.success(request, _("“%(name)s” does not work any more.") % {"name": token.name})
        return redirect("tokens")
    return render(request, "customers/token_revoke.html", {"token": token, "scopes": scope_labels(token.scopes)})


def _described(token: ApiToken) -> dict[str, object]:
    return {"row": token, "scopes": scope_labels(token.scopes)}


def _shown_once(token: str, request: PortalRequest) -> HttpResponse:
    page = reverse("tokens")
    answer = redirect(page)
    answer.set_signed_cookie(
        SHOWN_ONCE,
        token,
        salt=str(request.user.pk),
        max_age=SHOWN_WITHIN_SECONDS,
        path=page,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return answer


def _nothing_more(_request: HttpRequest) -> None:
    """What follows the password: the view goes on by itself."""


def _ask_for_password(request: HttpRequest) -> None:
    """Go on if the password was typed a moment ago; else allauth asks for it and sends the request again."""
    reauthentication_required(_nothing_more)(request)
