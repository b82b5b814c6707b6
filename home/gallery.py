"""The gallery: every component in every state on one page, for whoever builds a page. Exists only in the demo."""

from datetime import UTC, datetime
from decimal import Decimal

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from core.charts import Chart, Series
from core.tables import Column, Order, page_of
from customers.permissions import open_to_everybody
from home.status_looks import STATUS_LOOKS

MONTHS = ["Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]


class SampleForm(forms.Form):
    """Every kind of control."""

    name = forms.CharField(label="Name", help_text="As it should stand in the invitation.")
    email = forms.EmailField(label="E-mail address")
    minutes = forms.CharField(label="Time", help_text="Minutes or hours: 45, 0:45, 0.75.", initial="0:45")
    day = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(
        label="Type",
        choices=[("", "Please choose"), ("kickoff", "Kick-off meeting"), ("operations", "Operations meeting")],
    )
    language = forms.ChoiceField(
        label="Language", choices=[("en", "English"), ("it", "Italiano")], widget=forms.RadioSelect, initial="en"
    )
    topics = forms.MultipleChoiceField(
        label="Topics",
        choices=[("sizing", "Ring sizing"), ("orders", "Ordering"), ("teams", "Oura Teams")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False, help_text="The customer sees it.")
    file = forms.FileField(label="File", required=False)
    remind = forms.BooleanField(label="Send a reminder one hour before", required=False)


class StatesForm(forms.Form):
    """A field as it stands, one with a mistake, a choice, and one that cannot be changed."""

    name = forms.CharField(label="Name", help_text="As it should stand in the invitation.", required=False)
    email = forms.EmailField(label="E-mail address")
    kind = forms.ChoiceField(label="Type", choices=[("", "Please choose"), ("kickoff", "Kick-off")], required=False)
    locked = forms.CharField(label="Currency", initial="EUR", disabled=True, required=False)


@open_to_everybody
def show(request: HttpRequest) -> HttpResponse:
    """Every component in all its states."""
    wrong = SampleForm(
        {"name": "", "email": "giulia", "language": "en", "minutes": "0:45", "day": "2026-11-24", "kind": "x"}
    )
    context = {
        "customer": "Acme S.p.A.",
        "form": SampleForm(prefix="blank"),
        "guest": SampleForm(prefix="guest"),
        "wrong": wrong,
        "light": StatesForm({"light-name": "Giulia Rossi", "light-email": "giulia"}, prefix="light"),
        "dark": StatesForm({"dark-name": "Giulia Rossi", "dark-email": "giulia"}, prefix="dark"),
        "statuses": [(kind, list(looks)) for kind, looks in STATUS_LOOKS.items()],
        "when": datetime(2026, 11, 24, 9, tzinfo=UTC),
        "steps": [{"label": "Type", "href": "#steps"}, {"label": "Time", "href": "#steps"}, {"label": "Confirm"}],
        "months": [
            {
                "label": f"{name} 2026",
                "href": "#months",
                "current": name == "Oct",
                "note": "provisional" if name == "Nov" else "closed",
            }
            for name in ("Aug", "Sep", "Oct", "Nov")
        ],
        "page": page_of(range(96), QueryDict("page=2")),
        "order": Order({"customer": Column("Customer"), "time": Column("Time")}, "customer"),
        "rows": [
            ("Acme S.p.A.", "Launch Kit", 255, 0, Decimal(0), "running"),
            ("Nordlys Wellness Oy", "Pro Lite Success", 120, 210, Decimal("437.50"), "lapsed"),
            ("Kikuchi Health K.K.", "Premium Success", 45, 75, Decimal("156.25"), "ended"),
        ],
        "bars": Chart(
            title="Hours delivered, last 12 months",
            category="Month",
            labels=MONTHS,
            series=[
                Series("Included", [3, 5, 4, 7, 6, 8, 5, 9, 7, 10, 8, 11]),
                Series("Overage", [0, 1, 0, 0, 2, 1, 0, 0, 3, 1, 2, 1]),
            ],
            unit="hours",
        ),
        "line": Chart(
            title="Overage by month",
            category="Month",
            labels=MONTHS,
            series=[Series("Overage", [120, 250, 180, 437, 310, 520, 480, 610, 560, 700, 640, 820])],
            unit="EUR",
        ),
    }
    return render(request, "home/gallery.html", context)
