"""The library of materials, and their files (DOMAIN.md §3, §12)."""

from functools import partial

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.downloads import stored_file
from core.tables import page_of
from customers.domain.roles import Right, is_staff
from customers.permissions import PortalRequest, requires
from packages.models import Package
from packages.session_types import SessionType
from support.domain.materials import (
    matching,
    materials_visible_to,
    may_keep_materials,
    open_version,
    versions_visible_to,
)
from support.models import Material, MaterialVersion

MOST_WORDS = 6


@requires(Right.SEE_MATERIALS)
@require_safe
def library(request: PortalRequest) -> HttpResponse:
    """What the reader may have, by words, session type, package and language."""
    for_staff = is_staff(request.user)
    asked = {name: request.GET.get(name, "") for name in ("q", "type", "package", "language", "standing")}
    found = matching(materials_visible_to(request.user), asked["q"].replace("\0", " ").split()[:MOST_WORDS])
    if asked["type"] in SessionType.values:
        found = found.filter(session_types__contains=[asked["type"]])
    if asked["package"]:
        found = found.filter(packages__code=asked["package"].replace("\0", ""))
    if asked["language"] in dict(settings.LANGUAGES):
        found = found.filter(language=asked["language"])
    if for_staff:
        found = found.filter(withdrawn_at__isnull=asked["standing"] != "withdrawn")
    page = page_of(found.prefetch_related("packages").order_by("title", "pk"), request.GET)
    return render(
        request,
        "support/material_library.html",
        {
            "page": page,
            "asked": asked,
            "filtered": any(asked.values()),
            "types": SessionType.choices,
            "packages": _packages_of(request, for_staff=for_staff),
            "languages": settings.LANGUAGES,
            "for_staff": for_staff,
            "may_keep": may_keep_materials(request.user),
        },
    )


@requires(Right.SEE_MATERIALS)
@require_safe
def material(request: PortalRequest, material_pk: int) -> HttpResponse:
    """One material; for staff with every version of its file."""
    versions = Prefetch("versions", MaterialVersion.objects.select_related("uploaded_by").order_by("-number"))
    seen = materials_visible_to(request.user).select_related("withdrawn_by").prefetch_related("packages")
    shown = get_object_or_404(seen.prefetch_related(versions), pk=material_pk)
    return render(
        request,
        "support/material_detail.html",
        {
            "material": shown,
            "types": types_of(shown),
            "for_staff": is_staff(request.user),
            "may_keep": may_keep_materials(request.user),
        },
    )


@requires(Right.SEE_MATERIALS)
@require_safe
def material_file(request: PortalRequest, material_pk: int) -> HttpResponseBase:
    """The file that readers get today."""
    return _handed_out(request, get_object_or_404(materials_visible_to(request.user), pk=material_pk).current)


@requires(Right.SEE_STAFF_AREA)
@require_safe
def version_file(request: PortalRequest, material_pk: int, number: int) -> HttpResponseBase:
    """An earlier file of a material."""
    found = get_object_or_404(versions_visible_to(request.user), material=material_pk, number=number)
    return _handed_out(request, found)


def types_of(material: Material) -> list[str]:
    """The session types that a material is for, in words."""
    return [str(label) for code, label in SessionType.choices if code in material.session_types]


def _handed_out(request: PortalRequest, version: MaterialVersion | None) -> HttpResponseBase:
    assert version is not None, "what is visible has a file"
    return stored_file(
        request,
        partial(open_version, version),
        name=version.name,
        media_type=version.media_type,
        sha256=version.sha256,
        size=version.size,
    )


def _packages_of(request: PortalRequest, *, for_staff: bool) -> list[Package]:
    """The packages to filter by: for customers those that lead to something of theirs."""
    packages = Package.objects.order_by("pk")
    if not for_staff:
        packages = packages.filter(materials__in=materials_visible_to(request.user)).distinct()
    return list(packages)
