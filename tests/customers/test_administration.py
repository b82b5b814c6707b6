"""The administration: whose it is, and that what money hangs on is only looked at there."""

from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils.functional import Promise

from core.models import AuditEvent
from customers.administration import RecordAdmin
from customers.domain.tokens import issue_token
from customers.models import ApiToken, Customer, Membership, User
from packages.models import Contract, Package, PackageVersion, RateLine
from sessions.models import (
    Attendee,
    BookingPolicy,
    ConsultingSession,
    EntryShare,
    LedgerEntry,
    OverageAcceptance,
    SessionEvent,
    TimeOff,
    Waiver,
    WaiverDecision,
    WorkingHours,
)
from tests.factories import NOW, aino, at, giulia, launch_kit, logged, luca, marta, pekka, rate, sofia

pytestmark = pytest.mark.django_db

ONLY_LOOKED_AT = [LedgerEntry, RateLine, Waiver, SessionEvent, Contract, ConsultingSession, Customer, ApiToken]


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_for_everybody_but_operations_it_does_not_exist() -> None:
    addresses = [
        reverse("admin:index"),
        reverse("admin:login"),
        reverse("admin:consulting_sessions_ledgerentry_changelist"),
    ]

    for person in (giulia(), pekka(), marta(), luca()):
        assert [signed_in(person).get(address).status_code for address in addresses] == [404, 404, 404]


def test_strangers_sign_in_where_everybody_does() -> None:
    answer: Any = Client().get(reverse("admin:login") + "?next=/admin/")

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    assert "next=/admin/" in answer.url


def test_the_admins_own_form_evaluates_no_password() -> None:
    answer: Any = Client().post(
        reverse("admin:login"), {"username": sofia().email, "password": "correct-horse-battery"}
    )

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_pages_of_other_packages_are_not_among_them() -> None:
    assert {model._meta.app_label for model in admin.site._registry} <= {
        "customers",
        "support_packages",
        "consulting_sessions",
        "notifications",
        "billing",
        "core",
    }


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model.__name__)
def test_every_page_opens_for_operations(model: Any) -> None:
    rate("EUR", "150")
    logged(launch_kit(), "kickoff", 60, "2026-02-03 10:00")
    client = signed_in(sofia())
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"

    assert client.get(reverse(f"{name}_changelist")).status_code == 200
    first = admin.site._registry[model].get_queryset(client.get("/").wsgi_request).first()
    if first is not None:
        assert client.get(reverse(f"{name}_change", args=[first.pk])).status_code == 200


@pytest.mark.parametrize("model", ONLY_LOOKED_AT, ids=lambda model: model.__name__)
def test_what_money_hangs_on_is_not_touched_there(model: Any) -> None:
    rate("EUR", "150")
    logged(launch_kit(), "kickoff", 60, "2026-02-03 10:00")
    client = signed_in(sofia())
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    before = list(model.objects.order_by("pk").values())

    assert isinstance(admin.site._registry[model], RecordAdmin)
    assert client.get(reverse(f"{name}_add")).status_code == 403
    for row in before[:1]:
        key = row[model._meta.pk.attname]
        assert client.post(reverse(f"{name}_change", args=[key]), {"minutes": "1"}).status_code == 403
        assert client.post(reverse(f"{name}_delete", args=[key]), {"post": "yes"}).status_code == 403
    assert list(model.objects.order_by("pk").values()) == before


def test_a_package_version_is_published_with_the_next_number_and_old_ones_stay() -> None:
    package = Package.objects.get(code="launch-kit")
    client = signed_in(sofia())

    client.post(
        reverse("admin:support_packages_package_change", args=[package.pk]),
        {
            "name": package.name,
            "versions-TOTAL_FORMS": "1",
            "versions-INITIAL_FORMS": "0",
            "versions-MIN_NUM_FORMS": "0",
            "versions-MAX_NUM_FORMS": "1000",
            "versions-0-package": str(package.pk),
            "versions-0-included_minutes": "300",
            "versions-0-window_days": "90",
            "versions-0-review_count": "0",
            "versions-0-review_cadence": "",
            "versions-0-dedicated_role": "am",
            "versions-0-delivering_roles": ["am"],
        },
    )

    versions = PackageVersion.objects.filter(package=package).order_by("version")
    assert list(versions.values_list("version", "included_minutes")) == [(1, 240), (2, 300)]


def test_staff_are_hired_with_roles_and_working_hours() -> None:
    answer = signed_in(sofia()).post(
        reverse("admin:customers_user_add"),
        {
            "name": "Nils Berg",
            "email": "Nils@Oura.example",
            "language": "en",
            "time_zone": "Europe/Oslo",
            "is_active": "on",
            "staff_profile-TOTAL_FORMS": "1",
            "staff_profile-INITIAL_FORMS": "0",
            "staff_profile-0-roles": ["csm", "tds"],
            "staff_profile-0-country": "NO",
            "staff_profile-0-video_link": "",
            "staff_profile-0-phone": "",
            "working_hours-TOTAL_FORMS": "1",
            "working_hours-INITIAL_FORMS": "0",
            "working_hours-0-weekday": "0",
            "working_hours-0-starts_at": "09:00",
            "working_hours-0-ends_at": "17:00",
            "time_off-TOTAL_FORMS": "0",
            "time_off-INITIAL_FORMS": "0",
        },
    )

    assert answer.status_code == 302, answer.context["errors"]
    nils = User.objects.select_related("staff_profile").get(email="nils@oura.example")
    assert nils.staff_profile.roles == ["csm", "tds"]
    assert not nils.has_usable_password()
    assert WorkingHours.objects.get(staff=nils).ends_at.hour == 17


def test_time_off_is_by_the_clock_of_the_person_whoever_types_it() -> None:
    person, client = aino(), signed_in(sofia())
    address = reverse("admin:customers_user_change", args=[person.pk])
    taken = TimeOff.objects.create(
        staff=person, starts_at=at("2026-03-09 09:00", "Europe/Helsinki"), ends_at=at("2026-03-09 12:00", "UTC")
    )

    shown = client.get(address).content.decode()
    assert "From (Helsinki)" in shown
    assert 'name="time_off-0-starts_at_1" value="09:00:00"' in shown

    typed = {
        "name": person.name,
        "email": person.email,
        "language": "en",
        "time_zone": "Europe/Helsinki",
        "is_active": "on",
        "staff_profile-TOTAL_FORMS": "0",
        "staff_profile-INITIAL_FORMS": "0",
        "working_hours-TOTAL_FORMS": "0",
        "working_hours-INITIAL_FORMS": "0",
        "time_off-TOTAL_FORMS": "2",
        "time_off-INITIAL_FORMS": "1",
        "time_off-0-id": str(taken.pk),
        "time_off-0-staff": str(person.pk),
        "time_off-0-starts_at_0": "2026-03-09",
        "time_off-0-starts_at_1": "09:00:00",
        "time_off-0-ends_at_0": "2026-03-09",
        "time_off-0-ends_at_1": "14:00:00",
        "time_off-1-staff": str(person.pk),
        "time_off-1-starts_at_0": "2026-04-01",
        "time_off-1-starts_at_1": "08:30",
        "time_off-1-ends_at_0": "2026-04-03",
        "time_off-1-ends_at_1": "17:00",
    }
    answer = client.post(address, typed)
    assert answer.status_code == 302, answer.context["errors"]
    assert [(off.starts_at, off.ends_at) for off in TimeOff.objects.filter(staff=person).order_by("starts_at")] == [
        (taken.starts_at, taken.ends_at),
        (at("2026-04-01 08:30", "Europe/Helsinki"), at("2026-04-03 17:00", "Europe/Helsinki")),
    ]

    put_forward = client.post(
        address, typed | {"time_off-1-starts_at_0": "2026-03-29", "time_off-1-starts_at_1": "03:30"}
    )
    assert put_forward.status_code == 200
    assert "Europe/Helsinki" in str(put_forward.context["errors"])


def test_people_of_customers_are_not_among_the_staff() -> None:
    marta()

    client = signed_in(sofia())

    assert "marta@acme.example" not in client.get(reverse("admin:customers_user_changelist")).content.decode()
    assert client.get(reverse("admin:customers_user_change", args=[marta().pk])).status_code == 302
    assert Membership.objects.filter(user=marta()).exists()


def test_there_is_one_booking_policy() -> None:
    BookingPolicy.objects.get_or_create(pk=1)

    assert signed_in(sofia()).get(reverse("admin:consulting_sessions_bookingpolicy_add")).status_code == 403


def test_the_digest_of_an_api_key_is_on_no_page() -> None:
    token, _secret = issue_token(person=giulia(), name="Reports", now=NOW)

    shown = signed_in(sofia()).get(reverse("admin:customers_apitoken_change", args=[token.pk])).content.decode()

    assert token.prefix in shown
    assert token.digest not in shown


@pytest.mark.parametrize("model", [Attendee, SessionEvent, OverageAcceptance, EntryShare, Waiver, WaiverDecision])
def test_records_have_names_that_can_be_translated(model: type[Model]) -> None:
    names = [model._meta.verbose_name, model._meta.verbose_name_plural]
    names += [
        field.verbose_name for field in model._meta.fields if field.name not in ("id", "session", "entry", "waiver")
    ]
    assert [name for name in names if not isinstance(name, Promise)] == []


def test_what_is_changed_stands_in_the_audit_trail_with_before_and_after() -> None:
    policy, _made = BookingPolicy.objects.get_or_create(pk=1)
    page = reverse("admin:consulting_sessions_bookingpolicy_change", args=[policy.pk])
    form = signed_in(sofia()).get(page).context["adminform"].form
    typed = {name: form.initial[name] for name in form.fields} | {"notice_hours": 36}

    assert signed_in(sofia()).post(page, typed).status_code == 302

    kept = AuditEvent.objects.get(verb="bookingpolicy.change")
    assert (kept.actor, kept.object_id) == (sofia(), policy.pk)
    assert kept.details["changes"][0]["changed"]["values"] == {"notice_hours": ["24", "36"]}
