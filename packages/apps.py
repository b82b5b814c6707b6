from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PackagesConfig(AppConfig):
    name = "packages"
    label = "support_packages"
    verbose_name = _("Packages and contracts")
