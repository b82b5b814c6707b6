"""Keeping the library: new materials, new versions, what they are for, withdrawing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.file_fields import refuse_cut_off
from core.form_refusals import show_refusal
from core.refusals import InvalidInput
from customers.domain.roles import Right
from customers.permissions import PortalRequest, requires
from support.domain.files import too_large
from support.domain.materials import (
    add_material,
    describe,
    give_back,
    materials_visible_to,
    replace_file,
    withdraw,
)
from support.forms.materials import MaterialForm, NewMaterialForm, ReplaceFileForm

BESIDE = {"files": "file"}


@requires(Right.SEE_STAFF_AREA, to=Right.KEEP_MATERIALS)
@require_http_methods(["GET", "HEAD", "POST"])
def material_create(request: PortalRequest) -> HttpResponse:
    """Put a material into the library."""
    form = NewMaterialForm(request.POST or None, request.FILES or None)
    refuse_cut_off(request, form, field="file", sentence=str(too_large()))
    if form.is_valid():
        try:
            added = add_material(
                particulars=form.particulars(),
                upload=form.cleaned_data["file"],
                by=request.user,
                now=timezone.now(),
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal, beside=BESIDE)
        else:
            messages.success(request, _("The material is in the library."))
            return redirect("support:material", added.pk)
    return render(request, "support/material_create.html", {"form": form}, status=422 if form.errors else 200)


@requires(Right.SEE_STAFF_AREA, to=Right.KEEP_MATERIALS)
@require_http_methods(["GET", "HEAD", "POST"])
def material_replace(request: PortalRequest, material_pk: int) -> HttpResponse:
    """Give readers a new version of the file."""
    material = get_object_or_404(materials_visible_to(request.user), pk=material_pk)
    form = ReplaceFileForm(request.POST or None, request.FILES or None)
    refuse_cut_off(request, form, field="file", sentence=str(too_large()))
    if form.is_valid():
        try:
            version = replace_file(
                material=material,
                upload=form.cleaned_data["file"],
                note=form.cleaned_data["note"],
                by=request.user,
                now=timezone.now(),
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal, beside=BESIDE)
        else:
            messages.success(request, _("Readers get version %(number)s from now on.") % {"number": version.number})
            return redirect("support:material", material.pk)
    context = {"form": form, "material": material}
    return render(request, "support/material_replace.html", context, status=422 if form.errors else 200)


@requires(Right.SEE_STAFF_AREA, to=Right.KEEP_MATERIALS)
@require_http_methods(["GET", "HEAD", "POST"])
def material_edit(request: PortalRequest, material_pk: int) -> HttpResponse:
    """Say anew what a material is and whom it is for."""
    material = get_object_or_404(materials_visible_to(request.user), pk=material_pk)
    form = MaterialForm(request.POST if request.method == "POST" else None, initial=MaterialForm.begins_with(material))
    if form.is_valid():
        describe(material=material, particulars=form.particulars(), by=request.user, now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("support:material", material.pk)
    context = {"form": form, "material": material}
    return render(request, "support/material_edit.html", context, status=422 if form.errors else 200)


@requires(Right.SEE_STAFF_AREA, to=Right.KEEP_MATERIALS)
@require_POST
def material_withdraw(request: PortalRequest, material_pk: int) -> HttpResponse:
    """Take a material from readers."""
    material = get_object_or_404(materials_visible_to(request.user), pk=material_pk)
    withdraw(material=material, by=request.user, now=timezone.now())
    messages.success(request, _("The material is withdrawn: customers no longer see it."))
    return redirect("support:material", material.pk)


@requires(Right.SEE_STAFF_AREA, to=Right.KEEP_MATERIALS)
@require_POST
def material_give_back(request: PortalRequest, material_pk: int) -> HttpResponse:
    """Let readers have a withdrawn material again."""
    material = get_object_or_404(materials_visible_to(request.user), pk=material_pk)
    give_back(material=material, by=request.user, now=timezone.now())
    messages.success(request, _("Customers see the material again."))
    return redirect("support:material", material.pk)
