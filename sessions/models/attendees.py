"""Who of the customer's side is at a session, what they answered, and whether they came (DOMAIN.md §3)."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import LANGUAGES
from packages.session_types import AttendeeRole
from sessions.models.sessions import ConsultingSession


class Attendee(models.Model):
    """Someone of the customer's side at a session: a member, or a guest by name and e-mail address.

    An answer holds for the time at which the session stood when it was given: another time asks anew.
    """

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("Confirmed")
        DECLINED = "declined", _("Declined")

    session = models.ForeignKey(ConsultingSession, models.CASCADE, related_name="attendees")
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail address"), max_length=254)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="attendances", verbose_name=_("person")
    )
    roles = ArrayField(
        models.CharField(max_length=20, choices=AttendeeRole.choices), default=list, blank=True, verbose_name=_("part")
    )
    language = models.CharField(
        _("language"),
        max_length=5,
        choices=LANGUAGES,
        blank=True,
        help_text=_("Of a guest; empty for the customer's."),
    )
    answer = models.CharField(_("answer"), max_length=10, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    came = models.BooleanField(_("came"), null=True)

    class Meta:
        db_table = "attendees"
        verbose_name = _("attendee")
        verbose_name_plural = _("attendees")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "email"], name="attendees_once"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | Q(answer__in=["accepted", "declined"], answered_at__isnull=False),
                name="attendees_answered_when",
            ),
        ]

    def __str__(self) -> str:
        return self.name
