"""Every address of the portal."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from core.health import livez, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("home.urls")),
    path("", include("home.customer_urls")),
    path("", include("notifications.urls")),
    path("", include("packages.urls")),
    path("", include("sessions.urls")),
    path("", include("billing.urls")),
    path("", include("reviews.urls")),
    path("", include("support.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("oura_success.api_urls")),
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
]

if settings.DEMO:
    urlpatterns.append(path("demo/", include("home.demo_urls")))

handler400 = "core.error_pages.bad_request"
handler403 = "core.error_pages.not_allowed"
handler404 = "core.error_pages.not_found"
handler429 = "core.error_pages.too_many_attempts"
handler500 = "core.error_pages.server_error"
