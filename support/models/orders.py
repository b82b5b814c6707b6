"""Orders with their lines, what of them comes back, and until when it may exceptionally (DOMAIN.md §9)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer


class OrderImport(models.Model):
    """A file of orders: who brought it, what it would do or what is wrong with it, and how it ended.

    The file itself is kept until it is written or discarded, no longer.
    """

    class State(models.TextChoices):
        FAULTY = "faulty", _("Has faults")
        READY = "ready", _("Ready to start")
        DONE = "done", _("Done")
        DISCARDED = "discarded", _("Discarded")

    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    state = models.CharField(_("state"), max_length=12, choices=State.choices)
    summary = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    fault_count = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "order_imports"
        verbose_name = _("import of orders")
        verbose_name_plural = _("imports of orders")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["faulty", "ready", "done", "discarded"]), name="order_imports_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class Order(models.Model):
    """What a customer bought once. Days on which it was received are days of `time_zone`."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="orders", verbose_name=_("customer"))
    number = models.CharField(_("order number"), max_length=40)
    placed_on = models.DateField(_("placed"))
    time_zone = models.CharField(_("time zone of receipt"), max_length=64)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("entered"))

    class Meta:
        db_table = "orders"
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(fields=["customer", "number"], name="orders_number_once"),
            models.UniqueConstraint(fields=["id", "customer"], name="orders_with_customer"),
            models.CheckConstraint(condition=~Q(number=""), name="orders_numbered"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """So many rings of one model, colour and size, received on one day: what comes in parts is several lines."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    ring_model = models.CharField(_("ring model"), max_length=80)
    colour = models.CharField(_("colour"), max_length=60)
    size = models.CharField(_("size"), max_length=10)
    quantity = models.PositiveIntegerField(_("quantity"))
    received_on = models.DateField(_("received"), null=True)

    class Meta:
        db_table = "order_lines"
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_lines_position_once"),
            models.UniqueConstraint(fields=["id", "order"], name="order_lines_with_order"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_lines_something_bought"),
        ]

    def __str__(self) -> str:
        return f"{self.ring_model} · {self.colour} · {self.size}"


class ReturnException(models.Model):
    """The lead lets a line come back until another day than the rule's, with a reason. Append-only; the last holds."""

    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="exceptions")
    until = models.DateField(_("possible until"))
    reason = models.TextField(_("reason"))
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        db_table = "return_exceptions"
        verbose_name = _("exception for a return")
        verbose_name_plural = _("exceptions for returns")
        ordering = ["granted_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="return_exceptions_have_a_reason")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.until}"


class ReturnItem(models.Model):
    """So many rings of an order's line that a request returns or exchanges; called off, they count no longer."""

    request = models.ForeignKey("support.SupportRequest", models.PROTECT, related_name="items")
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="items")
    quantity = models.PositiveIntegerField(_("quantity"))
    wanted = models.CharField(_("wanted instead"), max_length=100, blank=True)
    last_day = models.DateField(_("was possible until"))
    called_off = models.BooleanField(default=False)

    class Meta:
        db_table = "return_items"
        verbose_name = _("ring that comes back")
        verbose_name_plural = _("rings that come back")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "line"], name="return_items_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="return_items_something"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.quantity} × {self.line_id}"
