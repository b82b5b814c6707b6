"""The API's own description: the OpenAPI document, a page to read it, and what each problem's code means."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from core.problems import PROBLEMS


@require_safe
def problem_kind(request: HttpRequest, code: str) -> HttpResponse:
    """What the `type` of a problem leads to: its code, status and title."""
    kind = PROBLEMS.get(code)
    if kind is None:
        raise Http404
    return JsonResponse({"code": code, "status": kind.status, "title": str(kind.title)})


class SchemaView(SpectacularJSONAPIView):
    """The OpenAPI document, as JSON (which every reader of YAML reads too)."""


class DocsView(SpectacularSwaggerSplitView):
    """The page for people. Its scripts and styles come from this server: it works without the internet."""

    template_name = "api/docs.html"
