"""Materials that customers are given: what each is for, and the versions of its file (DOMAIN.md §3, §12)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from packages.models import Package
from packages.session_types import SessionType


class Material(models.Model):
    """Something to hand out: for which session types and packages (none: for all), in which language.

    `current` is the version that readers get; the earlier ones stay for staff.
    """

    title = models.CharField(_("title"), max_length=120)
    about = models.CharField(_("what it is for"), max_length=400, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    session_types = ArrayField(
        models.CharField(max_length=30, choices=SessionType.choices),
        verbose_name=_("session types"),
        default=list,
        blank=True,
    )
    packages = models.ManyToManyField(
        Package, verbose_name=_("packages"), related_name="materials", db_table="material_packages", blank=True
    )
    current = models.ForeignKey("MaterialVersion", models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "materials"
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="materials_withdrawn_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class MaterialVersion(models.Model):
    """One file of a material. It lies in private storage under its hash; `name` is only shown. Append-only."""

    material = models.ForeignKey(Material, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    stored_as = models.CharField(max_length=100)
    name = models.CharField(_("file"), max_length=100)
    media_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    uploaded_at = models.DateTimeField(_("uploaded"))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        db_table = "material_versions"
        verbose_name = _("version of a material")
        verbose_name_plural = _("versions of materials")
        constraints = [models.UniqueConstraint(fields=["material", "number"], name="material_versions_number_once")]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"
