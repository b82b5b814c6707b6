"""Who: people, the customers they belong to, and who is the main contact on either side (DOMAIN.md §1, §9, §12)."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.money import CURRENCY_CHOICES

LANGUAGES = [("en", "English"), ("it", "Italiano")]


class Role(models.TextChoices):
    """What a member of the provider's staff does; one person may hold several."""

    AM = "am", _("Account manager")
    CSM = "csm", _("Customer success manager")
    CSE = "cse", _("Customer success engineer")
    TDS = "tds", _("Training and development specialist")
    OPERATIONS = "operations", _("Operations lead")
    FINANCE = "finance", _("Finance")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person who signs in with `email`; without a password they set one through the reset mail."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. They sign in with their e-mail address and read in one language and one zone."""

    email = models.EmailField(_("e-mail address"), max_length=254)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=5, choices=LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Rome")
    single_keys = models.BooleanField(_("shortcuts of a single key"), default=True)
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)
    anonymised_at = models.DateTimeField(_("anonymised"), null=True, blank=True)

    # Filled once a request by `domain.roles.memberships_of`; not a column.
    memberships_read: dict[int, str] | None = None

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        db_table = "users"
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="users_email_unique"),
            models.CheckConstraint(
                condition=Q(anonymised_at__isnull=True) | Q(is_active=False), name="users_anonymised_for_good"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class StaffProfile(models.Model):
    """What the provider's staff have beyond other people: roles, the country of their holidays, where they meet."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="staff_profile")
    roles = ArrayField(models.CharField(max_length=20, choices=Role.choices), verbose_name=_("roles"))
    country = models.CharField(_("country"), max_length=2)
    video_link = models.URLField(_("video link"), max_length=300, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)

    class Meta:
        db_table = "staff_profiles"
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
        constraints = [
            models.CheckConstraint(
                condition=Q(roles__contained_by=Role.values) & ~Q(roles=[]), name="staff_profiles_roles_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class SellingEntity(models.TextChoices):
    OURA_HEALTH = "oura-health-oy", "Oura Health Oy"
    OURARING = "ouraring-inc", "Ouraring, Inc."


class Customer(models.Model):
    """A business customer: an organisation with its members."""

    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(_("country"), max_length=2)
    time_zone = models.CharField(_("time zone"), max_length=64)
    language = models.CharField(_("language"), max_length=5, choices=LANGUAGES)
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCY_CHOICES)
    created_at = models.DateTimeField(_("created"))

    people = models.ManyToManyField(User, through="Membership", related_name="customers")

    class Meta:
        db_table = "customers"
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="customers_named"),
            models.CheckConstraint(condition=Q(country__regex=r"^[A-Z]{2}$"), name="customers_country_iso"),
        ]

    def __str__(self) -> str:
        return self.name


class BillingDetails(models.Model):
    """What a customer's statements carry: to whom they are made out, and to whom they go (DOMAIN.md §6)."""

    customer = models.OneToOneField(Customer, models.PROTECT, primary_key=True, related_name="billing_details")
    billing_name = models.CharField(_("billing name"), max_length=200, blank=True)
    billing_address = models.TextField(_("billing address"), max_length=500, blank=True)
    vat_id = models.CharField(_("VAT id"), max_length=30, blank=True)
    purchase_order = models.CharField(_("purchase order"), max_length=60, blank=True)
    billing_email = models.EmailField(_("billing e-mail address"), max_length=254, blank=True)

    class Meta:
        db_table = "billing_details"
        verbose_name = _("billing details")
        verbose_name_plural = _("billing details")

    def __str__(self) -> str:
        return self.billing_name or str(self.customer)


class Membership(models.Model):
    """A person in a customer. Ended, never deleted, so that history keeps its names."""

    class Kind(models.TextChoices):
        ADMIN = "admin", _("Customer admin")
        MEMBER = "member", _("Member")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    kind = models.CharField(_("rights"), max_length=10, choices=Kind.choices)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        db_table = "memberships"
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "user"], condition=Q(until__isnull=True), name="memberships_one_current"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="memberships_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.customer}"


class ContactAssignment(models.Model):
    """Who is the lead, and who the primary contact, of a customer: one of each at any time, with history (§9)."""

    class Kind(models.TextChoices):
        LEAD = "lead", _("Lead")
        PRIMARY_CONTACT = "primary_contact", _("Primary contact")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contacts")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    person = models.ForeignKey(User, models.PROTECT, related_name="contact_for")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    assigned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "contact_assignments"
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind"], condition=Q(until__isnull=True), name="contact_assignments_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.customer} · {self.person}"


class NamedGuest(models.Model):
    """Somebody without an account whom kept facts name by this row's number. Name and address go, the facts stay."""

    name = models.CharField(_("name"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    named_at = models.DateTimeField()

    class Meta:
        db_table = "named_guests"
        verbose_name = _("guest")
        verbose_name_plural = _("guests")
        indexes = [
            models.Index(fields=["named_at"], condition=~Q(email=""), name="named_guests_age"),
        ]

    def __str__(self) -> str:
        return self.name


class TokenScope(models.TextChoices):
    """A part of the API that a token opens. `read` opens every call that only reads; the others also act."""

    READ = "read", _("Read everything that you can see")
    BOOK = "book", _("Find times, and book, move and cancel sessions")
    LOG_TIME = "log_time", _("Log time, and correct what was logged")
    BILLING = "billing", _("Export and close billing periods")
    MANAGE = "manage", _("Manage customers, contracts and rates")
    SUPPORT = "support", _("Open and answer requests, and keep orders")


class ApiToken(models.Model):
    """A key with which another system acts as its person, within its scopes. Only its hash is kept (API.md)."""

    person = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=20), verbose_name=_("scopes"))
    created_at = models.DateTimeField(_("created"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        db_table = "api_tokens"
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=TokenScope.values) & ~Q(scopes=[]), name="api_tokens_scopes_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
