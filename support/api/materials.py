"""`/materials/`: what is handed out, each file authorised (DOMAIN.md §3, §12)."""

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import Instant
from core.downloads import stored_file
from customers.api.views import PortalAPIView, PortalListView
from customers.domain.roles import Right
from customers.models import TokenScope
from packages.session_types import SessionType
from support.domain.materials import ENDINGS, give_back, materials_visible_to, open_version, withdraw
from support.models import Material


class MaterialQuery(serializers.Serializer[Any]):
    """Materials for one session type or in one language alone."""

    session_type = serializers.ChoiceField(choices=SessionType.choices, required=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)


class MaterialOutput(serializers.Serializer[Any]):
    """A material and its file of today. No session types or no packages: it is for all of them."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    about = serializers.CharField()
    language = serializers.CharField()
    session_types = serializers.ListField(child=serializers.ChoiceField(choices=SessionType.choices))
    packages = serializers.ListField(child=serializers.CharField(), help_text="Codes")
    withdrawn_at = Instant(allow_null=True, help_text="Only staff see what is withdrawn")
    version = serializers.IntegerField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes")
    sha256 = serializers.CharField()
    uploaded_at = Instant()


def described(materials: Sequence[Material]) -> list[dict[str, Any]]:
    """Materials of `MaterialView.materials` as the API shows them."""
    return list(MaterialOutput([_described(material) for material in materials], many=True).data)


def _described(material: Material) -> dict[str, Any]:
    version = material.current
    assert version is not None, "what is visible has a file"
    return {
        "id": material.pk,
        "title": material.title,
        "about": material.about,
        "language": material.language,
        "session_types": material.session_types,
        "packages": [package.code for package in material.packages.all()],
        "withdrawn_at": material.withdrawn_at,
        "version": version.number,
        "name": version.name,
        "content_type": version.media_type,
        "size": version.size,
        "sha256": version.sha256,
        "uploaded_at": version.uploaded_at,
    }


class MaterialView(PortalAPIView):
    """What every address of materials shares."""

    scope = TokenScope.SUPPORT
    see = Right.SEE_MATERIALS

    def materials(self) -> QuerySet[Material]:
        """The materials that the caller may have, with their packages."""
        return materials_visible_to(self.person).prefetch_related("packages")

    def shown(self, material: Material) -> Response:
        """The material as it stands now."""
        return Response(described([self.materials().get(pk=material.pk)])[0])


class MaterialList(MaterialView, PortalListView):
    """The library."""

    ordering = ("title", "pk")

    @extend_schema(parameters=[MaterialQuery], responses=MaterialOutput(many=True))
    def get(self, request: Request) -> Response:
        """What the caller may have: staff all, customers what a contract of theirs gives them."""
        asked = self.read_query(MaterialQuery)
        found = self.materials()
        if session_type := asked.get("session_type"):
            found = found.filter(session_types__contains=[session_type])
        if language := asked.get("language"):
            found = found.filter(language=language)
        return self.page_of(found, described)


class MaterialDetail(MaterialView):
    """One material."""

    @extend_schema(responses=MaterialOutput)
    def get(self, request: Request, material_pk: int) -> Response:
        """One material and what its file is."""
        return Response(described([self.find(self.materials(), material_pk)])[0])


class MaterialFile(MaterialView):
    """The file of a material."""

    @extend_schema(
        responses={(200, media_type): OpenApiTypes.BINARY for media_type in (*ENDINGS, "text/plain")},
        operation_id="download_material",
    )
    def get(self, request: Request, material_pk: int) -> HttpResponseBase:
        """The file that readers get today, to keep under its name; its SHA-256 is the ETag."""
        version = self.find(self.materials(), material_pk).current
        assert version is not None, "what is visible has a file"
        return stored_file(
            self.request,
            partial(open_version, version),
            name=version.name,
            media_type=version.media_type,
            sha256=version.sha256,
            size=version.size,
        )


class MaterialWithdraw(MaterialView):
    """Taking a material from readers."""

    acts: ClassVar = {"POST": Right.KEEP_MATERIALS}
    of = materials_visible_to

    @extend_schema(request=None, responses=MaterialOutput)
    def post(self, request: Request, material_pk: int) -> Response:
        """Withdraw a material: customers see it no more, staff do. Again changes nothing."""
        found = self.find(self.materials(), material_pk)
        withdraw(material=found, by=self.person, now=self.now)
        return self.shown(found)


class MaterialGiveBack(MaterialView):
    """Letting readers have a material again."""

    acts: ClassVar = {"POST": Right.KEEP_MATERIALS}
    of = materials_visible_to

    @extend_schema(request=None, responses=MaterialOutput)
    def post(self, request: Request, material_pk: int) -> Response:
        """Give a withdrawn material back to its readers."""
        found = self.find(self.materials(), material_pk)
        give_back(material=found, by=self.person, now=self.now)
        return self.shown(found)
