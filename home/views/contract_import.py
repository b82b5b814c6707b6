"""Importing customers and contracts from a CRM: the file, what it would do, how far it is, how it ended."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.csv_files import csv_lines
from core.file_fields import refuse_cut_off
from core.refusals import Refusal
from core.sheets.faults import Fault, shown
from core.sheets.reading import SEPARATORS, too_large
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from home.domain.contract_import.columns import COLUMNS
from home.domain.contract_import.plans import Outcome
from home.domain.contract_import.runs import discard, progress_of, receive, runs_visible_to, start
from home.domain.contract_import.sample import sample_rows
from home.domain.contract_import.summary import Summary
from home.forms.contract_import import ImportForm
from home.models import ImportedContract, ImportRun

RUNS_A_PAGE = 20
FAULTS_A_PAGE = 50
CONTRACTS_A_PAGE = 25

State = ImportRun.State


@requires(Right.SEE_OPERATIONS, to=Right.SIGN_CONTRACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def contract_import(request: PortalRequest) -> HttpResponse:
    """The imports so far, and a new one: the file is checked at once, nothing is written yet."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    refuse_cut_off(request, form, field="file", sentence=too_large().sentence)
    if form.is_valid():
        file = form.cleaned_data["file"]
        run = receive(file_name=shown(file.name), content=file.read(), by=request.user, now=timezone.now())
        return redirect("contract-import-run", run.pk)
    runs = runs_visible_to(request.user).defer("content", "faults").select_related("uploaded_by", "started_by")
    return render(
        request,
        "home/import.html",
        {
            "form": form,
            "page": Paginator(runs, RUNS_A_PAGE).get_page(request.GET.get("page")),
            "columns": COLUMNS,
            "is_italian": get_language() == "it",
        },
        status=422 if form.errors else 200,
    )


@requires(Right.SEE_OPERATIONS, to=Right.SIGN_CONTRACTS)
@require_safe
def contract_import_sample(_request: PortalRequest) -> StreamingHttpResponse:
    """A file to start from, with the headings of the reader's language."""
    heading, *rows = sample_rows(italian=get_language() == "it", today=timezone.now().date())
    name = "contratti.csv" if get_language() == "it" else "contracts.csv"
    return StreamingHttpResponse(
        csv_lines(heading, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


WHAT_IT_DOES = {
    Outcome.NEW_CUSTOMER: gettext_lazy("New customer and contract"),
    Outcome.NEW_CONTRACT: gettext_lazy("New contract"),
    Outcome.GETS_REFERENCE: gettext_lazy("Is here, gets its reference"),
    Outcome.HERE: gettext_lazy("Is here"),
}


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A row of the file as it was read, and what it does."""

    row: int
    name: str
    package: str
    starts_on: date
    ends_on: date
    contact: str
    what: str

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "PreviewLine":
        return cls(
            row=kept["row"],
            name=kept["name"],
            package=kept["package"],
            starts_on=date.fromisoformat(kept["starts_on"]),
            ends_on=date.fromisoformat(kept["ends_on"]),
            contact=kept["contact"],
            what=str(WHAT_IT_DOES[Outcome(kept["outcome"])]),
        )


@dataclass(frozen=True, slots=True)
class RunPage:
    """What the page of one import shows, whatever its state."""

    run: ImportRun
    summary: Summary
    separator: str
    lines: list[PreviewLine]
    faults: "Page[Fault]"
    contracts: "Page[ImportedContract]"
    done: int
    total: int

    @classmethod
    def of(cls, run: ImportRun, page: str | None) -> "RunPage":
        summary = Summary.from_json(run.summary)
        contracts = run.contracts.select_related("contract__customer", "contract__package_version__package").order_by(
            "pk"
        )
        done, total = progress_of(run) if run.state == State.RUNNING else (0, 0)
        return cls(
            run=run,
            summary=summary,
            separator=str(SEPARATORS.get(summary.separator, "")),
            lines=[] if run.faults else [PreviewLine.of(kept) for kept in summary.lines],
            faults=Paginator([Fault.from_json(kept) for kept in run.faults], FAULTS_A_PAGE).get_page(page),
            contracts=Paginator(contracts, CONTRACTS_A_PAGE).get_page(page),
            done=done,
            total=total,
        )

    @property
    def is_under_way(self) -> bool:
        """Whether it waits for a worker or is being written."""
        return self.run.state in (State.WAITING, State.RUNNING)

    @property
    def may_start(self) -> bool:
        return self.run.state in (State.READY, State.INTERRUPTED)

    @property
    def brings_nothing(self) -> bool:
        """Whether everything in the file was here already."""
        return self.run.state == State.DONE and self.run.started_at is None


@requires(Right.SEE_OPERATIONS, to=Right.SIGN_CONTRACTS)
@require_safe
def contract_import_run(request: PortalRequest, pk: int) -> HttpResponse:
    """One import: its preview or its faults, then how far it is, then what came of it."""
    runs = runs_visible_to(request.user).defer("content").select_related("uploaded_by", "started_by")
    run = get_object_or_404(runs, pk=pk)
    context = {"page": RunPage.of(run, request.GET.get("page"))}
    template = "home/_import_run.html" if request.htmx else "home/import_run.html"
    return render(request, template, context)


@requires(Right.SEE_OPERATIONS, to=Right.SIGN_CONTRACTS)
@require_POST
def contract_import_start(request: PortalRequest, pk: int) -> HttpResponse:
    """Let a worker write what the preview showed."""
    run = get_object_or_404(runs_visible_to(request.user), pk=pk)
    try:
        start(run, by=request.user, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("contract-import-run", run.pk)


@requires(Right.SEE_OPERATIONS, to=Right.SIGN_CONTRACTS)
@require_POST
def contract_import_discard(request: PortalRequest, pk: int) -> HttpResponse:
    """Forget a file that nobody wants to import."""
    run = get_object_or_404(runs_visible_to(request.user), pk=pk)
    try:
        discard(run, now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("contract-import-run", run.pk)
    messages.success(request, _("%(file)s is discarded.") % {"file": run.file_name})
    return redirect("contract-import")
