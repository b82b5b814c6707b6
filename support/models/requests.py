"""A customer's request, what both sides wrote and attached, what was decided about it and what happened to it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from support.models.orders import Order


class SupportRequest(models.Model):
    """What a customer's person asks for, and the state in which it is."""

    class Kind(models.TextChoices):
        ASSISTANCE = "assistance", _("Question to the lead")
        PRODUCT_QUESTION = "product_question", _("Product question")
        TECHNICAL_ISSUE = "technical_issue", _("Technical issue")
        NEW_ORDER = "new_order", _("New order")
        RETURN = "return", _("Return")
        EXCHANGE = "exchange", _("Exchange")

    class Status(models.TextChoices):
        NEW = "new", _("New")
        OPEN = "open", _("Open")
        WAITING = "waiting", _("Waiting for the customer")
        RESOLVED = "resolved", _("Resolved")
        CLOSED = "closed", _("Closed")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="requests", verbose_name=_("customer"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    subject = models.CharField(_("subject"), max_length=150)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.NEW)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="requests", verbose_name=_("order"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="requests", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(_("opened"))
    changed_at = models.DateTimeField(_("last changed"))

    class Meta:
        db_table = "support_requests"
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=["assistance", "product_question", "technical_issue", "new_order", "return", "exchange"]
                ),
                name="support_requests_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["new", "open", "waiting", "resolved", "closed"]),
                name="support_requests_status_known",
            ),
            models.CheckConstraint(
                condition=Q(order__isnull=False) | ~Q(kind__in=["return", "exchange"]),
                name="support_requests_returns_name_an_order",
            ),
            models.CheckConstraint(condition=Q(changed_at__gte=F("opened_at")), name="support_requests_changed_later"),
            models.UniqueConstraint(fields=["id", "order"], name="support_requests_with_order"),
        ]
        indexes = [
            models.Index(fields=["customer", "-changed_at"], name="support_requests_customer"),
            models.Index(
                fields=["changed_at"], condition=Q(status__in=["new", "open"]), name="support_requests_to_answer"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """How people name this request."""
        return f"Q-{self.pk:06d}"


class RequestMessage(models.Model):
    """What one person wrote. An internal note is of the staff, for the staff: no customer ever sees it."""

    request = models.ForeignKey(SupportRequest, models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    from_staff = models.BooleanField()
    internal = models.BooleanField(default=False)
    body = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        db_table = "request_messages"
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["written_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(internal=False) | Q(from_staff=True), name="request_messages_notes_of_staff"
            ),
            models.CheckConstraint(condition=~Q(body=""), name="request_messages_say_something"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.written_at:%Y-%m-%d}"


class RequestAttachment(models.Model):
    """A file that goes with a message. It lies in private storage under a name of ours; `name` is only shown."""

    message = models.ForeignKey(RequestMessage, models.PROTECT, related_name="attachments")
    file = models.FileField(max_length=100)
    name = models.CharField(_("name"), max_length=100)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)

    class Meta:
        db_table = "request_attachments"
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class RoutingDecision(models.Model):
    """Where the lead took a request: to our own staff, or to the channel that is right for it. Append-only (§9)."""

    class Way(models.TextChoices):
        OWN_STAFF = "own_staff", _("Answered by our staff")
        CHANNEL = "channel", _("Sent to the right channel")

    request = models.ForeignKey(SupportRequest, models.PROTECT, related_name="decisions")
    way = models.CharField(max_length=10, choices=Way.choices)
    channel = models.CharField(_("channel"), max_length=200, blank=True)
    reason = models.TextField(_("reason"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        db_table = "routing_decisions"
        verbose_name = _("routing decision")
        verbose_name_plural = _("routing decisions")
        ordering = ["decided_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(way="own_staff", channel="") | (Q(way="channel") & ~Q(channel=""))) & ~Q(reason=""),
                name="routing_decisions_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.way}"


class RequestEvent(models.Model):
    """What happened to a request: who, when, and from which state to which. Append-only."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("Opened")
        REPLIED = "replied", _("The customer wrote")
        ANSWERED = "answered", _("Answered")
        ASKED = "asked", _("Answered, with a question")
        RESOLVED = "resolved", _("Answered and resolved")
        KEPT = "kept", _("Our staff answer")
        SENT_ON = "sent_on", _("Sent to another channel")
        CLOSED = "closed", _("Closed")
        CALLED_OFF = "called_off", _("Called off")

    request = models.ForeignKey(SupportRequest, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=SupportRequest.Status.choices)
    """The state in which it left the request."""
    message = models.ForeignKey(RequestMessage, models.PROTECT, null=True, related_name="+")
    decision = models.ForeignKey(RoutingDecision, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "request_events"
        verbose_name = _("request event")
        verbose_name_plural = _("request events")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.request_id} {self.kind}"
