"""What can be bought, and the terms."""

from django.urls import path

from packages.views import catalogue, terms, terms_drafts

app_name = "packages"
urlpatterns = [
    path("packages/", catalogue.catalogue, name="catalogue"),
    path("contracts/<int:pk>/terms/", terms.terms, name="terms"),
    path("terms/", terms.versions, name="terms-versions"),
    path("terms/versions/<slug:version>/", terms.version, name="terms-version"),
    path("terms/draft/", terms_drafts.draft, name="terms-draft"),
    path("terms/draft/publish/", terms_drafts.publish, name="terms-publish"),
    path("terms/draft/discard/", terms_drafts.discard, name="terms-discard"),
]
