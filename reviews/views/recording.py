"""What became of a review: held, corrected, not held, missed by a side (DOMAIN.md §8)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.form_refusals import show_refusal
from core.refusals import InvalidInput, NotAllowed, Refusal
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from reviews.domain.acts import Act
from reviews.domain.queries import reviews_visible_to
from reviews.domain.recording import correct_review, hold_review, mark_not_held, name_side
from reviews.domain.records import items_of
from reviews.forms import RecordForm, SideForm
from reviews.models import Review
from reviews.views.questions import CONFLICT, OK, UNPROCESSABLE, about, refused_to, review_for


@requires(Right.SEE_STAFF_AREA, to=Right.BOOK, of=reviews_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: PortalRequest, pk: int) -> HttpResponse:
    """Record that a review took place, or correct what was recorded."""
    review = review_for(request, pk)
    corrects = review.status == Review.Status.HELD
    initial = {"project_status": review.project_status, "notes": review.notes}
    form = RecordForm(request.POST if request.method == "POST" else None, initial=initial)
    done = _("The record is corrected.") if corrects else _("The review is recorded.")
    more = {"corrects": corrects, "agenda": review.agenda.all(), "items": items_of(review)}
    act, write = (Act.CORRECT, correct_review) if corrects else (Act.HOLD, hold_review)
    return _answer(request, review, act, write, form, template="reviews/record.html", done=done, more=more)


@requires(Right.SEE_STAFF_AREA, to=Right.BOOK, of=reviews_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def missed(request: PortalRequest, pk: int) -> HttpResponse:
    """Record that a planned review did not take place, or whose side missed one that nobody planned."""
    review = review_for(request, pk)
    was_planned = review.status == Review.Status.PLANNED
    form = SideForm(request.POST if request.method == "POST" else None, initial={"side": review.missed_by})
    act, write = (Act.NOT_HELD, mark_not_held) if was_planned else (Act.NAME_SIDE, name_side)
    return _answer(
        request,
        review,
        act,
        write,
        form,
        template="reviews/missed.html",
        done=_("It is recorded whose side missed the review."),
        more={"was_planned": was_planned},
    )


def _answer(
    request: PortalRequest,
    review: Review,
    act: Act,
    write: Callable[..., Review],
    form: RecordForm | SideForm,
    *,
    template: str,
    done: str,
    more: dict[str, Any],
) -> HttpResponse:
    now = timezone.now()
    refusal = refused_to(request, act, review, now=now)
    if request.method == "POST" and refusal is None and form.is_valid():
        try:
            write(review=review, **form.cleaned_data, by=request.user, now=now)
        except NotAllowed as not_allowed:
            raise PermissionDenied(str(not_allowed)) from not_allowed
        except InvalidInput as refused:
            show_refusal(form, refused)
        except Refusal as refused:
            refusal = refused
        else:
            messages.success(request, done)
            return redirect("reviews:detail", review.pk)
    context = {**about(request, review, now=now), "form": form, "refusal": refusal, **more}
    status = CONFLICT if refusal else UNPROCESSABLE if form.errors else OK
    return render(request, template, context, status=status)
