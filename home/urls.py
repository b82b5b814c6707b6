"""Home pages, preferences and what gathers from every app."""

from django.urls import URLPattern, URLResolver, path

from home.views import preferences

urlpatterns: list[URLPattern | URLResolver] = [
    path("preferences/theme/", preferences.set_theme, name="theme"),
    path("preferences/language/", preferences.set_language, name="language"),
]
