"""One review: its window and meeting, what both sides prepare and agree, and what only one side reads (§8)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.form_refusals import show_refusal
from core.refusals import NotAllowed, Refusal
from customers.domain.roles import Right, rights_of
from customers.permissions import PortalRequest, requires
from packages.domain.contracts import contracts_visible_to
from reviews.domain.acts import Act, Part, acts_open_to, parts_of
from reviews.domain.publishing import review_file
from reviews.domain.queries import reviews_visible_to
from reviews.domain.records import (
    add_action_item,
    add_internal_note,
    add_point,
    finish_item,
    items_of,
    owners_of,
    remove_point,
    reopen_item,
    side_of,
)
from reviews.domain.standings import days_open
from reviews.forms import ItemForm, NoteForm, PointForm
from reviews.models import Review
from reviews.views.history import history_of
from reviews.views.questions import OK, UNPROCESSABLE, about, review_for

CALENDAR = "text/calendar; charset=utf-8"
TICKS = {"1": finish_item, "": reopen_item}
"""What is done to an action item, by what its button sends."""


@requires(Right.SEE_SESSIONS)
@require_safe
def detail(request: PortalRequest, pk: int) -> HttpResponse:
    """One review."""
    return _page(request, review_for(request, pk))


@requires(Right.SEE_SESSIONS)
@require_safe
def summary(request: PortalRequest, pk: int) -> HttpResponse:
    """A review on one page to print and to hand on: what both sides share, and nothing else."""
    review, now = review_for(request, pk), timezone.now()
    if not parts_of(request.user, review):
        raise PermissionDenied
    return render(request, "reviews/summary.html", {**about(request, review, now=now), **_shared(review)})


@requires(Right.SEE_SESSIONS)
@require_safe
def calendar_file(request: PortalRequest, pk: int) -> HttpResponse:
    """A planned review as a calendar file; one without a meeting has none, and its page says when it may be."""
    review = review_for(request, pk)
    if review.starts_at is None:
        return redirect("reviews:detail", review.pk)
    answer = HttpResponse(review_file(review), content_type=CALENDAR)
    answer.headers["Content-Disposition"] = f'attachment; filename="{review.reference}.ics"'
    return answer


@requires(Right.SEE_SESSIONS)
@require_POST
def point_add(request: PortalRequest, pk: int) -> HttpResponse:
    """Put a point on the agenda."""
    review, form = review_for(request, pk), PointForm(request.POST)
    if form.is_valid() and _done(
        form, lambda: add_point(review=review, text=form.cleaned_data["text"], by=request.user, now=timezone.now())
    ):
        messages.success(request, _("The point is on the agenda."))
        return _back(review, "agenda")
    return _page(request, review, point_form=form, status=UNPROCESSABLE)


@requires(Right.SEE_SESSIONS)
@require_POST
def point_remove(request: PortalRequest, pk: int, point_pk: int) -> HttpResponse:
    """Take a point of one's own side off the agenda."""
    review = review_for(request, pk)
    if not parts_of(request.user, review):
        raise PermissionDenied
    point = get_object_or_404(review.agenda.select_related("review__contract"), pk=point_pk)
    try:
        remove_point(point=point, by=request.user, now=timezone.now())
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The point is off the agenda."))
    return _back(review, "agenda")


@requires(Right.SEE_SESSIONS, to=Right.BOOK, of=reviews_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def item_add(request: PortalRequest, pk: int) -> HttpResponse:
    """Keep what somebody promised."""
    review, now = review_for(request, pk), timezone.now()
    if Act.AGREE not in acts_open_to(request.user, review, now=now):
        raise PermissionDenied
    form = ItemForm(request.POST if request.method == "POST" else None, owners=owners_of(review, now=now))
    if form.is_valid() and _done(
        form, lambda: add_action_item(review=review, promise=form.promise(), by=request.user, now=now)
    ):
        messages.success(request, _("The action item is kept."))
        return _back(review, "action-items")
    context = {**about(request, review, now=now), "form": form}
    return render(request, "reviews/item.html", context, status=UNPROCESSABLE if form.errors else OK)


@requires(Right.SEE_SESSIONS, to=Right.BOOK, of=reviews_visible_to)
@require_POST
def item_tick(request: PortalRequest, pk: int, item_pk: int) -> HttpResponse:
    """Tick an action item off, or take the tick away (`done` is empty)."""
    review = review_for(request, pk)
    item = get_object_or_404(items_of(review).select_related("review__contract"), pk=item_pk)
    act = TICKS.get(request.POST.get("done", ""))
    if act is None:
        raise BadRequest
    try:
        act(item=item, by=request.user, now=timezone.now())
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    return _back(review, "action-items")


@requires(Right.SEE_STAFF_AREA, to=Right.BOOK, of=reviews_visible_to)
@require_POST
def note_add(request: PortalRequest, pk: int) -> HttpResponse:
    """Write something down that no customer reads."""
    review, form = review_for(request, pk), NoteForm(request.POST)
    if form.is_valid() and _done(
        form,
        lambda: add_internal_note(review=review, text=form.cleaned_data["text"], by=request.user, now=timezone.now()),
    ):
        messages.success(request, _("The internal note is kept."))
        return _back(review, "internal-notes")
    return _page(request, review, note_form=form, status=UNPROCESSABLE)


def _done(form: Form, act: Callable[[], object]) -> bool:
    """Whether the act was done; a refusal stands in the form."""
    try:
        act()
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    return True


def _back(review: Review, part: str) -> HttpResponse:
    return redirect(f"{reverse('reviews:detail', args=[review.pk])}#{part}")


def _page(
    request: PortalRequest,
    review: Review,
    *,
    point_form: PointForm | None = None,
    note_form: NoteForm | None = None,
    status: int = OK,
) -> HttpResponse:
    reader, now = request.user, timezone.now()
    parts = parts_of(reader, review)
    runs = Part.RUNS in parts
    if status != OK and not parts:
        raise PermissionDenied
    sees_contract = contracts_visible_to(reader).filter(pk=review.contract_id).exists()
    span = days_open(review, now=now)
    context = {
        **about(request, review, now=now),
        **(_shared(review) if parts else {}),
        "takes_part": bool(parts),
        "runs": runs,
        "own_side": side_of(reader),
        "internal_notes": review.internal_notes.select_related("written_by") if runs else [],
        "note_form": (note_form or NoteForm()) if runs else None,
        "point_form": point_form or PointForm(),
        "may": acts_open_to(reader, review, now=now),
        "sees_contract": sees_contract and Right.SEE_CONTRACTS in rights_of(reader),
        "history": history_of(review.events.select_related("by"), zone=reader.time_zone),
        "may_until": span.last,
        "just_planned": "planned" in request.GET and review.starts_at is not None,
        "is_to_come": review.starts_at is not None and now < review.starts_at,
        "is_link": review.place.startswith("https://"),
    }
    return render(request, "reviews/detail.html", context, status=status)


def _shared(review: Review) -> dict[str, Any]:
    """What both sides prepare and agree."""
    return {
        "agenda": review.agenda.select_related("added_by"),
        "items": items_of(review),
    }
