"""A person's own data as a file; and taking away what the portal holds of somebody who left."""

from django.conf import settings
from django.contrib import messages
from django.db.models import F, Max, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core.form_refusals import show_refusal
from core.json_files import json_download
from core.refusals import Refusal
from core.tables import Column, Order, by_name, page_of
from customers.domain.roles import Right
from customers.models import User
from customers.permissions import PortalRequest, requires
from home.domain.privacy import leaving
from home.domain.privacy import own_data as data_of
from home.domain.privacy.obstacles import obstacles
from home.forms.privacy import AnonymiseForm

COLUMNS = {
    "name": Column(gettext_lazy("Name"), (by_name("name"),)),
    "left": Column(gettext_lazy("Left"), (F("left_at"),)),
}


@requires(Right.SEE_OWN_ACCOUNT)
@require_safe
def own_data(request: PortalRequest) -> HttpResponse:
    """What the file of one's own data holds, and what becomes of it all."""
    return render(
        request,
        "home/own_data.html",
        {"guests_kept_days": settings.GUESTS_KEPT_DAYS, "mail_kept_days": settings.MAIL_KEPT_DAYS},
    )


@requires(Right.SEE_OWN_ACCOUNT)
@require_safe
def own_data_file(request: PortalRequest) -> StreamingHttpResponse:
    """Everything that the portal holds about who asks, written while it is read."""
    return json_download("your-data.json", data_of.own_data(request.user, now=timezone.now()))


@requires(Right.SEE_OPERATIONS)
@require_safe
def people_who_left(request: PortalRequest) -> HttpResponse:
    """Who belongs to no customer any more and does not work for the provider."""
    words = request.GET.get("q", "").strip()
    order = Order.of(request.GET, COLUMNS, default="-left")
    people = order.sort(_matching(leaving.who_left(leaving.people_visible_to(request.user)), words))
    return render(
        request,
        "home/people_who_left.html",
        {
            "words": words,
            "clear": reverse("people-who-left") if words else "",
            "order": order,
            "page": page_of(people, request.GET),
        },
    )


def _matching(people: QuerySet[User], words: str) -> QuerySet[User]:
    found = people.annotate(left_at=Max("memberships__until"))
    for word in words.replace("\0", " ").split():
        found = found.filter(name__icontains=word) | found.filter(email__icontains=word)
    return found


@requires(Right.SEE_OPERATIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def anonymise_person(request: PortalRequest, pk: int) -> HttpResponse:
    """What would go and what would stay; with a reason, it goes."""
    person = get_object_or_404(leaving.people_visible_to(request.user), pk=pk)
    now = timezone.now()
    form = AnonymiseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            leaving.anonymise(person=person, reason=form.cleaned_data["reason"], by=request.user, now=now)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            pseudonym = leaving.pseudonym_of(person)
            messages.success(request, _("The data is gone. What stays stands under %(name)s.") % {"name": pseudonym})
            return redirect("people-who-left")
    return render(
        request,
        "home/anonymise.html",
        {
            "person": person,
            "pseudonym": leaving.pseudonym_of(person),
            "obstacles": list(obstacles(person, now=now)),
            "stays": leaving.what_stays(person),
            "is_name_shared": leaving.is_name_shared(person),
            "form": form,
        },
        status=422 if form.errors else 200,
    )
