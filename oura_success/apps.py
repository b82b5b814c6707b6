from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The composition root as an app: commands and checks that know every other app live here."""

    name = "oura_success"
    label = "portal"
