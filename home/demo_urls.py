"""Pages that exist only in the demo."""

from django.urls import URLPattern, URLResolver, path

from home import gallery

urlpatterns: list[URLPattern | URLResolver] = [
    path("gallery/", gallery.show, name="demo-gallery"),
]
