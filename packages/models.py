"""What was sold: packages and versions, contracts and delivery teams, rates, terms (DOMAIN.md §2, §5, §10)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Floor
from django.utils.translation import gettext_lazy as _

from core.money import CURRENCY_CHOICES
from customers.models import Customer, Role, SellingEntity
from packages.session_types import SessionType


class Package(models.Model):
    """A catalogue entry. What it grants stands in its versions."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        db_table = "packages"
        verbose_name = _("package")
        verbose_name_plural = _("packages")

    def __str__(self) -> str:
        return self.name


class PackageVersion(models.Model):
    """What a package grants, as sold from one day on. Append-only: a contract keeps its version for ever."""

    class Cadence(models.TextChoices):
        NONE = "", _("none")
        QUARTERLY = "quarterly", _("quarterly")
        MONTHLY = "monthly", _("monthly")

    package = models.ForeignKey(Package, models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField(_("version"))
    included_minutes = models.PositiveIntegerField(_("included minutes"))
    window_days = models.PositiveSmallIntegerField(
        _("window in days"), null=True, blank=True, help_text=_("Empty: the contract's whole term.")
    )
    review_count = models.PositiveSmallIntegerField(_("reviews"))
    review_cadence = models.CharField(_("cadence of reviews"), max_length=10, choices=Cadence.choices, blank=True)
    dedicated_role = models.CharField(_("dedicated"), max_length=20, choices=Role.choices)
    delivering_roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), verbose_name=_("delivered by"))
    published_at = models.DateTimeField(_("published"))

    class Meta:
        db_table = "package_versions"
        verbose_name = _("package version")
        verbose_name_plural = _("package versions")
        constraints = [
            models.UniqueConstraint(fields=["package", "version"], name="package_versions_unique"),
            models.CheckConstraint(
                condition=Q(review_count=0, review_cadence="") | (Q(review_count__gt=0) & ~Q(review_cadence="")),
                name="package_versions_cadence_with_reviews",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.package} v{self.version}"


class TermsVersion(models.Model):
    """One published version of the service terms, in force from a day on. English prevails (DOMAIN.md §10).

    `passages` says which numbered section holds a rule that the portal applies. Append-only, like its texts.
    """

    version = models.SlugField(_("version"), max_length=20, unique=True)
    in_force_from = models.DateField(_("in force from"))
    passages = models.JSONField(default=dict)
    published_at = models.DateTimeField(_("published"), null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "terms_versions"
        verbose_name = _("terms")
        verbose_name_plural = _("terms")

    def __str__(self) -> str:
        return self.version


class TermsText(models.Model):
    """The text of a terms version in one language. Append-only; `sha256` is the hash of the UTF-8 text."""

    terms = models.ForeignKey(TermsVersion, models.PROTECT, related_name="texts")
    language = models.CharField(max_length=5)
    title = models.CharField(max_length=200)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        db_table = "terms_texts"
        constraints = [models.UniqueConstraint(fields=["terms", "language"], name="terms_texts_one_a_language")]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"


class TermsDraft(models.Model):
    """The next version of the service terms while it is written; there is one at most. Publishing ends it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    version = models.SlugField(_("version"), max_length=20)
    in_force_from = models.DateField(_("in force from"))
    texts = models.JSONField(default=dict)
    passages = models.JSONField(default=dict)
    changed_at = models.DateTimeField(_("last changed"))
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        db_table = "terms_drafts"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="terms_drafts_one")]

    def __str__(self) -> str:
        return self.version


class Contract(models.Model):
    """One customer's purchase of one package version for a term. Dates are inclusive, in the contract's zone."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contracts")
    package_version = models.ForeignKey(PackageVersion, models.PROTECT, related_name="contracts")
    starts_on = models.DateField(_("start"))
    ends_on = models.DateField(_("end"))
    time_zone = models.CharField(_("time zone"), max_length=64)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    selling_entity = models.CharField(_("selling entity"), max_length=20, choices=SellingEntity.choices)
    terms = models.ForeignKey(TermsVersion, models.PROTECT, related_name="contracts")
    renews = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="renewals")
    types_switched_off = ArrayField(
        models.CharField(max_length=30, choices=SessionType.choices), default=list, blank=True
    )
    signed_at = models.DateTimeField(_("signed"))
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    voided_at = models.DateTimeField(_("voided"), null=True, blank=True)
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    team = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="DeliveryTeamMember", related_name="delivers_contracts"
    )

    class Meta:
        db_table = "contracts"
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="contracts_end_after_start"),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, voided_by__isnull=True)
                | Q(voided_at__isnull=False, voided_by__isnull=False),
                name="contracts_voided_at_with_by",
            ),
            models.UniqueConstraint(
                fields=["renews"], condition=Q(voided_at__isnull=True), name="contracts_renewed_once"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """How people name this contract."""
        return f"C-{self.pk:05d}"


class DeliveryTeamMember(models.Model):
    """A member of staff who delivers for a contract; one of them is its dedicated AM or CSM."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="team_members")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="team_memberships")
    dedicated = models.BooleanField(default=False)

    class Meta:
        db_table = "delivery_team_members"
        constraints = [
            models.UniqueConstraint(fields=["contract", "staff"], name="delivery_team_members_once"),
            models.UniqueConstraint(
                fields=["contract"], condition=Q(dedicated=True), name="delivery_team_members_one_dedicated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} · {self.contract}"


class RateLine(models.Model):
    """An hourly rate from a date on. With a contract it is a negotiated one. Append-only (DOMAIN.md §5)."""

    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, blank=True, related_name="rate_lines")
    hourly_rate = models.DecimalField(
        _("hourly rate"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Empty on a negotiated line: from that date the general rate holds again."),
    )
    valid_from = models.DateField(_("in force from"))
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    known_in_close = models.PositiveIntegerField()

    class Meta:
        db_table = "rate_lines"
        verbose_name = _("rate line")
        verbose_name_plural = _("rate card")
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "contract", "valid_from"], name="rate_lines_one_a_day", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(hourly_rate__gte=0) | Q(hourly_rate__isnull=True, contract__isnull=False),
                name="rate_lines_rate_or_back_to_general",
            ),
            models.CheckConstraint(
                condition=~Q(currency="JPY") | Q(hourly_rate__isnull=True) | Q(hourly_rate=Floor("hourly_rate")),
                name="rate_lines_whole_yen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.valid_from}"


class TermsAcceptance(models.Model):
    """A customer admin accepted a contract's terms: who, when, which text, from where. Append-only."""

    contract = models.OneToOneField(Contract, models.PROTECT, related_name="terms_acceptance")
    text = models.ForeignKey(TermsText, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()
    from_address = models.GenericIPAddressField(null=True)

    class Meta:
        db_table = "terms_acceptances"

    def __str__(self) -> str:
        return f"{self.contract} · {self.accepted_by}"
