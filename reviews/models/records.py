"""What both sides prepare and agree in a review, and what the provider's people keep to themselves (DOMAIN.md §8)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reviews.models.reviews import Review, Side


class AgendaPoint(models.Model):
    """Something that either side wants to speak about."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="agenda")
    side = models.CharField(_("side"), max_length=10, choices=Side.choices)
    text = models.CharField(_("point"), max_length=500)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added"))

    class Meta:
        db_table = "review_agenda_points"
        verbose_name = _("point of the agenda")
        verbose_name_plural = _("points of the agenda")
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(side__in=Side.values), name="review_agenda_points_side"),
        ]

    def __str__(self) -> str:
        return self.text


class ActionItem(models.Model):
    """Something that one side promised by a day; what is open is carried into the next review of the contract."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="action_items")
    text = models.CharField(_("what"), max_length=500)
    side = models.CharField(_("side"), max_length=10, choices=Side.choices)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="action_items", verbose_name=_("who")
    )
    due_on = models.DateField(_("due"))
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added"))
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        db_table = "review_action_items"
        verbose_name = _("action item")
        verbose_name_plural = _("action items")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(side__in=Side.values), name="review_action_items_side"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="review_action_items_done_at_with_by",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "due_on"], condition=Q(done_at__isnull=True), name="review_action_items_open"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class InternalNote(models.Model):
    """What the provider's people tell one another about a review. Append-only; never read for a customer."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="internal_notes")
    text = models.TextField(_("internal note"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(_("written"))

    class Meta:
        db_table = "review_internal_notes"
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        ordering = ["written_at", "pk"]

    def __str__(self) -> str:
        return f"{self.review_id} {self.written_at:%Y-%m-%d}"
