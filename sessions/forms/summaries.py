"""What is typed after a session: who came, what was covered, next steps, materials."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from sessions.domain.summaries import LONGEST_TEXT, Material, Written
from sessions.models import Attendee, ConsultingSession, SessionSummary


class CameField(forms.TypedMultipleChoiceField):
    """Those of a session's attendees who came. Ticked at first: all but those who said that they cannot."""

    def __init__(self, session: ConsultingSession) -> None:
        attendees = list(session.attendees.all())
        super().__init__(
            label=_("Who came"),
            coerce=int,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=[(str(each.pk), each.name) for each in attendees],
            initial=[str(each.pk) for each in attendees if _is_likely(each)],
        )


def _is_likely(attendee: Attendee) -> bool:
    return attendee.answer != Attendee.Answer.DECLINED if attendee.came is None else attendee.came


class SummaryForm(forms.Form):
    """The summary of a session. Materials are lines of a name and a link."""

    covered = forms.CharField(
        label=_("What was covered"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 6})
    )
    next_steps = forms.CharField(
        label=_("Next steps"),
        help_text=_("Who does what, until when."),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    materials = forms.CharField(
        label=_("Materials"),
        help_text=_("One a line: a name, then a link that starts with https://."),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, *args: Any, session: ConsultingSession, latest: SessionSummary | None = None, **options: Any
    ) -> None:
        """Ask about `session`; `latest` is what was written last."""
        if latest is not None:
            links = "\n".join(f"{each['name']} {each['url']}" for each in latest.materials)
            options["initial"] = {"covered": latest.covered, "next_steps": latest.next_steps, "materials": links}
        super().__init__(*args, **options)
        self.fields["came"] = CameField(session)

    def clean_materials(self) -> list[Material]:
        return [_material(line) for line in self.cleaned_data["materials"].splitlines() if line.strip()]

    def written(self) -> Written:
        """What was typed; the form must be valid."""
        typed = self.cleaned_data
        return Written(typed["covered"], typed["next_steps"], typed["materials"])


def _material(line: str) -> Material:
    *words, url = line.split()
    if not url.startswith("https://"):
        raise ValidationError(_("Each line is a name and a link that starts with https://."), code="invalid")
    return Material(" ".join(words) or url, url)
