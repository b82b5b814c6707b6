"""Problem details (RFC 9457)."""
from typing import Any
from django.http import HttpResponse, JsonResponse

def problem_response(*, status: int, **kw: Any) -> HttpResponse:
    return JsonResponse({"status": status}, status=status, content_type="application/problem+json")

def exception_handler(exc: Exception, context: dict[str, Any]) -> Any:
    return None
