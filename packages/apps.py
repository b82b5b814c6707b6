from django.apps import AppConfig


class PackagesConfig(AppConfig):
    name = "packages"
    label = "support_packages"
