"""Form fields that know how this portal's people write things."""

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.durations import NotWholeMinutes, UnreadableDuration, parse_minutes
from core.formatting import format_minutes, format_number


class DurationField(forms.CharField):
    """A duration, typed in any way of DOMAIN.md §13 and cleaned to whole minutes; an int is shown as h:mm.

    :param min_minutes: the shortest that is accepted, in minutes
    :param max_minutes: the longest that is accepted, in minutes; None for no limit here
    """

    default_error_messages: ClassVar[dict[str, Any]] = {
        "unreadable": _("Type a duration such as 45, 0:45, 0.75 or 1h30."),
        "not_whole": _("That comes to %(minutes)s minutes. Type whole minutes, for example 0:20."),
        "too_short": _("The shortest duration is %(limit)s."),
        "too_long": _("The longest duration is %(limit)s."),
    }

    def __init__(self, *, min_minutes: int = 1, max_minutes: int | None = None, **options: Any) -> None:
        options.setdefault("label", _("Duration"))
        super().__init__(max_length=20, **options)
        self.min_minutes = min_minutes
        self.max_minutes = max_minutes

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "autocomplete": "off", "spellcheck": "false"}

    def prepare_value(self, value: Any) -> Any:
        return format_minutes(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if typed in self.empty_values:
            return None
        try:
            minutes = parse_minutes(typed)
        except UnreadableDuration:
            raise ValidationError(self.error_messages["unreadable"], code="unreadable") from None
        except NotWholeMinutes as rest:
            raise ValidationError(
                self.error_messages["not_whole"],
                code="not_whole",
                params={"minutes": format_number(rest.minutes, get_language() or "en")},
            ) from None
        self._check_limits(minutes)
        return minutes

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True

    def _check_limits(self, minutes: int) -> None:
        if minutes < self.min_minutes:
            limit, message = self.min_minutes, "too_short"
        elif self.max_minutes is not None and minutes > self.max_minutes:
            limit, message = self.max_minutes, "too_long"
        else:
            return
        raise ValidationError(self.error_messages[message], code=message, params={"limit": format_minutes(limit)})


class WallClockField(forms.SplitDateTimeField):
    """A day and a time by the clock of `zone`, whoever types them; cleaned to an instant. Set `zone` on the field.

    A time that the clock skips or shows twice is refused, with the name of the zone.
    """

    zone = "UTC"

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime) and timezone.is_aware(value):
            return timezone.make_naive(value, ZoneInfo(self.zone))
        return value

    def compress(self, data_list: Any) -> Any:
        with timezone.override(ZoneInfo(self.zone)):
            return super().compress(data_list)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)
