from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    """The composition root as an app: commands and checks that know every other app live here."""

    name = "oura_success"
    label = "portal"


class PortalAdminConfig(AdminConfig):
    """Django's admin with the portal's own site."""

    default_site = "oura_success.administration.PortalAdminSite"
