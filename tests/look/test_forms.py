"""Fields and what is wrong with them."""

from django import forms
from django.forms import formset_factory

from core.forms import FormErrors


class GuestForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the invitation.")
    note = forms.CharField(label="Note", required=False)
    day = forms.ChoiceField(label="Day", choices=[("1", "Monday")], widget=forms.RadioSelect)
    token = forms.CharField(widget=forms.HiddenInput)

    def clean(self) -> None:
        if self.cleaned_data.get("name") == "nobody":
            raise forms.ValidationError("A guest needs a name of their own.")


def test_a_field_ties_help_and_error_to_its_control() -> None:
    drawn = str(GuestForm({"name": "", "day": "1", "token": "t"})["name"].as_field_group())
    assert 'id="id_name_helptext"' in drawn
    assert 'id="id_name_error"' in drawn
    assert 'aria-describedby="id_name_helptext id_name_error"' in drawn
    assert 'aria-invalid="true"' in drawn


def test_only_what_may_be_left_out_says_so() -> None:
    form = GuestForm()
    assert "optional" in str(form["note"].as_field_group())
    assert "optional" not in str(form["name"].as_field_group())


def test_a_group_of_buttons_is_a_fieldset_with_a_legend() -> None:
    drawn = str(GuestForm()["day"].as_field_group())
    assert drawn.startswith("<fieldset")
    assert '<legend class="field-label">Day' in drawn


def test_what_was_typed_comes_back_escaped() -> None:
    drawn = str(GuestForm({"name": '"><script>', "day": "2", "token": "t"})["name"].as_field_group())
    assert 'value="&quot;&gt;&lt;script&gt;"' in drawn


def test_the_summary_leads_to_the_controls_in_their_order() -> None:
    errors = FormErrors(GuestForm({"name": "", "day": "9", "token": ""}))
    assert [(error.label, error.control_id) for error in errors] == [("Name", "id_name"), ("Day", "id_day_0"), ("", "")]


def test_what_is_wrong_with_the_whole_stands_first() -> None:
    errors = list(FormErrors(GuestForm({"name": "nobody", "day": "9", "token": "t"})))
    assert (errors[0].message, errors[0].control_id) == ("A guest needs a name of their own.", "")


def test_a_form_that_was_not_sent_has_nothing_wrong() -> None:
    assert not FormErrors(GuestForm())


def test_a_formset_gathers_its_forms() -> None:
    guests = formset_factory(GuestForm, extra=0)
    data = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2"}
    data |= {
        "form-0-name": "Anna",
        "form-0-day": "1",
        "form-0-token": "t",
        "form-1-name": "",
        "form-1-day": "1",
        "form-1-token": "t",
    }
    errors = list(FormErrors(guests(data)))
    assert [(error.label, error.control_id) for error in errors] == [("Name", "id_form-1-name")]
