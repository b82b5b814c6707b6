"""Importing orders: the file, what it would do or what is wrong with it, and how it ended."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.csv_files import csv_lines
from core.file_fields import FileInput, OneFileField, refuse_cut_off
from core.refusals import Refusal
from core.sheets.faults import Fault, shown
from core.sheets.reading import LARGEST_FILE, too_large
from core.uploads import Upload
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from support.domain.order_import.columns import COLUMNS
from support.domain.order_import.runs import discard, receive, write
from support.domain.queries import imports_visible_to
from support.models import OrderImport

RUNS_A_PAGE = 20
FAULTS_A_PAGE = 50
SAMPLE = {
    "customer": "Aurora Wellness",
    "order": "SO-20417",
    "placed": "2026-01-31",
    "ring_model": "Oura Ring 4",
    "colour": "Silver",
    "size": "9",
    "quantity": "25",
    "received": "2026-02-05",
    "time_zone": "Europe/Rome",
}
State = OrderImport.State


class OrderImportForm(forms.Form):
    """The file to import. What is in it is checked by the import itself."""

    file = OneFileField(
        label=gettext_lazy("CSV file"),
        max_length=200,
        allow_empty_file=True,
        help_text=gettext_lazy("As your shop or spreadsheet saves it, up to 5 MB. Nothing is written yet."),
        widget=FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )

    def clean_file(self) -> Upload:
        """The file, if it is small enough to be read."""
        file: Upload = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise ValidationError(too_large().sentence, code="too_large")
        return file


@requires(Right.SEE_ORDERS, to=Right.KEEP_ORDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def order_import(request: PortalRequest) -> HttpResponse:
    """The imports so far, and a new one: the file is checked at once, nothing is written yet."""
    form = OrderImportForm(request.POST, request.FILES) if request.method == "POST" else OrderImportForm()
    refuse_cut_off(request, form, field="file", sentence=too_large().sentence)
    if form.is_valid():
        file = form.cleaned_data["file"]
        run = receive(file_name=shown(file.name), content=file.read(), by=request.user, now=timezone.now())
        return redirect("support:order-import-run", run.pk)
    runs = imports_visible_to(request.user).defer("content", "faults")
    return render(
        request,
        "support/order_import.html",
        {
            "form": form,
            "page": Paginator(runs, RUNS_A_PAGE).get_page(request.GET.get("page")),
            "columns": COLUMNS,
            "is_italian": get_language() == "it",
        },
        status=422 if form.errors else 200,
    )


@requires(Right.SEE_ORDERS, to=Right.KEEP_ORDERS)
@require_safe
def order_import_sample(_request: PortalRequest) -> StreamingHttpResponse:
    """A file to start from, with the headings of the reader's language."""
    is_italian = get_language() == "it"
    heads = [column.italian if is_italian else column.english for column in COLUMNS]
    name = "ordini.csv" if is_italian else "orders.csv"
    return StreamingHttpResponse(
        csv_lines(heads, [[SAMPLE[column.name] for column in COLUMNS]]),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@requires(Right.SEE_ORDERS, to=Right.KEEP_ORDERS, of=imports_visible_to)
@require_safe
def order_import_run(request: PortalRequest, pk: int) -> HttpResponse:
    """One import: its preview or its faults, then what came of it."""
    run = get_object_or_404(imports_visible_to(request.user).defer("content"), pk=pk)
    faults = Paginator([Fault.from_json(kept) for kept in run.faults], FAULTS_A_PAGE)
    return render(
        request,
        "support/order_import_run.html",
        {"run": run, "faults": faults.get_page(request.GET.get("page"))},
    )


@requires(Right.SEE_ORDERS, to=Right.KEEP_ORDERS, of=imports_visible_to)
@require_POST
def order_import_start(request: PortalRequest, pk: int) -> HttpResponse:
    """Write what the preview showed: all of it, or nothing."""
    run = get_object_or_404(imports_visible_to(request.user), pk=pk)
    try:
        written = write(run, by=request.user, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        if written.state == State.DONE:
            messages.success(request, _("The orders are imported."))
    return redirect("support:order-import-run", run.pk)


@requires(Right.SEE_ORDERS, to=Right.KEEP_ORDERS, of=imports_visible_to)
@require_POST
def order_import_discard(request: PortalRequest, pk: int) -> HttpResponse:
    """Forget a file that nobody wants to import."""
    run = get_object_or_404(imports_visible_to(request.user), pk=pk)
    try:
        discard(run, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("support:order-import-run", run.pk)
    messages.success(request, _("%(file)s is discarded.") % {"file": run.file_name})
    return redirect("support:order-import")
