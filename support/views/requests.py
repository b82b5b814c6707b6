"""One request: opening it, the conversation, and what is done to it (DOMAIN.md §9)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.form_refusals import show_refusal
from core.refusals import NotAllowed, Refusal
from customers.domain.queries import lead_of
from customers.domain.roles import Right, is_staff
from customers.models import Customer
from customers.permissions import PortalRequest, requires
from support.domain.acts import Act, acts_open_to, check_act, may_return
from support.domain.queries import messages_visible_to, orders_visible_to, own_customers, requests_visible_to
from support.domain.requests import add_note, answer, close_request, open_request, reply, route
from support.domain.returns import call_off
from support.forms.requests import NOTE, AnswerForm, OpenForm, ReplyForm, RouteForm, WithFiles
from support.models import Order, RequestMessage, SupportRequest
from support.views.request_story import story_of

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422
BESIDE = {"files": "attachments"}


@requires(Right.SEE_REQUESTS, to=Right.OPEN_REQUESTS)
@require_http_methods(["GET", "HEAD", "POST"])
def request_create(request: PortalRequest) -> HttpResponse:
    """Open a request for the customer that the address names, or for one's only one."""
    customer = _customer_of(request)
    if customer is None:
        return render(request, "support/request_for_whom.html", {"customers": own_customers(request.user)})
    orders = _orders_of(request, customer)
    wanted = {name: request.GET[name] for name in ("kind", "order", "subject") if name in request.GET}
    form = OpenForm.of(request, orders=orders, initial=wanted)
    if request.method == "POST" and form.is_valid():
        asked = dict(form.cleaned_data)
        order = asked.pop("order", None)
        asked["files"] = asked.pop("attachments")
        try:
            opened = open_request(
                customer=customer,
                by=request.user,
                now=timezone.now(),
                order=orders.filter(pk=order).first() if order else None,
                **asked,
            )
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            show_refusal(form, refusal, beside=BESIDE)
        else:
            messages.success(request, _("Your request is open. You get a mail when it is answered."))
            return redirect("support:request", opened.pk)
    return render(
        request,
        "support/request_create.html",
        {
            "customer": customer,
            "form": form,
            "lead": lead_of(customer),
            "may_return": may_return(request.user, customer),
        },
        status=UNPROCESSABLE if form.errors else OK,
    )


@requires(Right.SEE_REQUESTS)
@require_safe
def request_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """One request: what both sides wrote, what was decided, and what can be done."""
    shown = get_object_or_404(requests_visible_to(request.user), pk=pk)
    return _page(request, shown, _write_form(request, shown))


@requires(Right.SEE_REQUESTS)
@require_POST
def request_write(request: PortalRequest, pk: int) -> HttpResponse:
    """Write in a request: the customer's word, the staff's answer, or a note."""
    shown = get_object_or_404(requests_visible_to(request.user), pk=pk)
    form = _write_form(request, shown)
    status = UNPROCESSABLE
    if form.is_valid():
        try:
            _write(request, shown, dict(form.cleaned_data))
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Refusal as refusal:
            show_refusal(form, refusal, beside=BESIDE)
            status = CONFLICT if refusal.code == "request_moved_on" else UNPROCESSABLE
        else:
            return redirect("support:request", shown.pk)
    return _page(request, shown, form, status=status)


@requires(Right.SEE_REQUESTS, to=Right.ANSWER_REQUESTS, of=requests_visible_to)
@require_http_methods(["GET", "HEAD", "POST"])
def request_route(request: PortalRequest, pk: int) -> HttpResponse:
    """Decide who answers a request: our staff, or another channel."""
    shown = get_object_or_404(requests_visible_to(request.user), pk=pk)
    now = timezone.now()
    try:
        check_act(Act.ROUTE, request=shown, by=request.user, now=now)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    form = RouteForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            route(request=shown, by=request.user, now=now, **form.cleaned_data)
        except Refusal as refusal:
            show_refusal(form, refusal, beside=BESIDE)
        else:
            messages.success(request, _("The decision is kept, and the customer gets a mail."))
            return redirect("support:request", shown.pk)
    return render(
        request,
        "support/request_route.html",
        {"shown": shown, "customer": shown.customer, "form": form},
        status=UNPROCESSABLE if form.errors else OK,
    )


@requires(Right.SEE_REQUESTS)
@require_POST
def request_close(request: PortalRequest, pk: int) -> HttpResponse:
    """Close a request for good."""
    shown = get_object_or_404(requests_visible_to(request.user), pk=pk)
    try:
        close_request(request=shown, by=request.user, now=timezone.now())
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The request is closed."))
    return redirect("support:request", shown.pk)


@requires(Right.SEE_REQUESTS)
@require_POST
def request_call_off(request: PortalRequest, pk: int) -> HttpResponse:
    """Call a return off: the rings stay with the customer."""
    shown = get_object_or_404(requests_visible_to(request.user), pk=pk)
    try:
        call_off(request=shown, by=request.user, now=timezone.now())
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Called off: nothing is sent back under this request."))
    return redirect("support:request", shown.pk)


def _customer_of(request: PortalRequest) -> Customer | None:
    """Whom a new request is for: the address decides; None where somebody of several has to choose."""
    customers = own_customers(request.user)
    asked = request.GET.get("customer", "")
    if asked:
        found = customers.filter(pk=int(asked)).first() if asked.isascii() and asked.isdecimal() else None
        if found is None:
            raise Http404
        return found
    only = list(customers[:2])
    return only[0] if len(only) == 1 else None


def _orders_of(request: PortalRequest, customer: Customer) -> QuerySet[Order]:
    return orders_visible_to(request.user).filter(customer=customer).order_by("-placed_on", "-pk")


def _write_form(request: PortalRequest, shown: SupportRequest) -> WithFiles:
    """What one may write in: the customer's people a reply, the staff an answer or a note."""
    may = acts_open_to(request.user, shown, now=timezone.now())
    if Act.NOTE in may:
        return AnswerForm.of(request, only_note=Act.ANSWER not in may)
    return ReplyForm.of(request)


def _write(request: PortalRequest, shown: SupportRequest, said: dict[str, Any]) -> RequestMessage:
    then = said.pop("then", "")
    said |= {"files": said.pop("attachments"), "request": shown, "by": request.user, "now": timezone.now()}
    if then == NOTE:
        written = add_note(**said)
        messages.success(request, _("The note is kept. The customer does not see it."))
        return written
    written = answer(kind=then, **said) if then else reply(**said)
    messages.success(request, _("Sent. The other side gets a mail."))
    return written


def _page(request: PortalRequest, shown: SupportRequest, form: WithFiles, *, status: int = OK) -> HttpResponse:
    reader, now = request.user, timezone.now()
    may = acts_open_to(reader, shown, now=now)
    written = messages_visible_to(reader).filter(request=shown).prefetch_related("attachments")
    return render(
        request,
        "support/request_detail.html",
        {
            "shown": shown,
            "customer": shown.customer,
            "zone": reader.time_zone,
            "story": story_of(shown, written),
            "items": shown.items.select_related("line"),
            "decision": shown.decisions.select_related("decided_by").last(),
            "lead": lead_of(shown.customer),
            "form": form,
            "may": may,
            "may_write": bool(may & {Act.REPLY, Act.NOTE}),
            "is_staff": is_staff(reader),
            "sees_orders": shown.order is not None
            and orders_visible_to(reader).filter(pk=shown.order_id or 0).exists(),
        },
        status=status,
    )
