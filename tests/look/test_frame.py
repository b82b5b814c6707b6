"""The frame of every page: navigation by rights, theme, language, and pages for what goes wrong."""

import re
from http import HTTPStatus

import pytest
from django.template.loader import get_template
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from customers.domain.customers import add_member
from customers.domain.roles import RIGHTS_OF_ROLE, Right, rights_of
from customers.models import Role, User
from home import navigation
from home.context_processors import Chrome
from home.navigation import Entry, Group, links_for, navigation_for
from tests.factories import NOW, acme, globex, marta

EVERYTHING = frozenset(Right)


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> None:
    """A navigation of three areas of which one does not exist yet."""
    addresses = {"home": "/", "hours": "/hours/", "hours-mine": "/hours/mine/"}
    monkeypatch.setattr(navigation, "address_of", addresses.get)
    monkeypatch.setattr(
        navigation,
        "NAVIGATION",
        (
            Group("", (Entry("Overview", "house", "home", Right.SEE_OWN_ACCOUNT),)),
            Group(
                "Service",
                (
                    Entry("Hours", "timer", "hours", Right.SEE_CONTRACTS),
                    Entry("Mine", "timer", "hours-mine", Right.LOG_TIME),
                    Entry("Reviews", "timer", "reviews", Right.SEE_CONTRACTS),
                ),
            ),
        ),
    )


def labels(rights: frozenset[Right], path: str = "/") -> list[list[str]]:
    return [[str(link.label) for link in group.entries] for group in navigation_for(rights=rights, path=path)]


@pytest.mark.usefixtures("places")
class TestNavigation:
    def test_what_does_not_exist_yet_is_left_out(self) -> None:
        assert labels(EVERYTHING) == [["Overview"], ["Hours", "Mine"]]

    def test_what_a_person_may_not_see_is_left_out_with_its_group(self) -> None:
        assert labels(frozenset({Right.SEE_OWN_ACCOUNT})) == [["Overview"]]

    @pytest.mark.parametrize(
        ("path", "marked"),
        [
            ("/", {"Overview": "page"}),
            ("/hours/", {"Hours": "page"}),
            ("/hours/17/", {"Hours": "true"}),
            ("/hours/mine/", {"Mine": "page"}),
            ("/hours/mine/3/", {"Mine": "true"}),
            ("/elsewhere/", {}),
        ],
    )
    def test_one_place_is_marked_the_innermost(self, path: str, marked: dict[str, str]) -> None:
        links = [link for group in navigation_for(rights=EVERYTHING, path=path) for link in group.entries]
        assert {str(link.label): link.current for link in links if link.current} == marked

    def test_a_place_outside_somebodys_rights_is_not_marked_for_them(self) -> None:
        links = links_for(
            navigation.NAVIGATION[1].entries, rights=frozenset({Right.SEE_CONTRACTS}), path="/hours/mine/"
        )
        assert [(str(link.label), link.current) for link in links] == [("Hours", "true")]


def test_every_area_of_the_service_has_its_place() -> None:
    """The navigation holds all of DOMAIN.md before the pages exist."""
    names = {str(entry.label) for group in navigation.NAVIGATION for entry in group.entries}
    assert {"Sessions", "Hours", "Reviews", "Support", "Orders & returns", "Materials", "Statements", "People"} <= names
    assert {"Terms", "Customers", "Contracts", "My diary", "Work list", "Overage", "Periods", "Rates"} <= names


def test_finance_is_led_to_no_operations() -> None:
    entries = [
        entry
        for group in navigation.NAVIGATION
        for entry in group.entries
        if entry.right in RIGHTS_OF_ROLE[Role.FINANCE]
    ]
    assert {"Overage", "Periods", "Rates"} <= {str(entry.label) for entry in entries}
    assert not {"Packages", "Staff", "My diary"} & {str(entry.label) for entry in entries}


class TestTheme:
    @pytest.mark.parametrize(
        ("cookie", "theme"), [("dark", "dark"), ("light", "light"), ("", "auto"), ("neon", "auto")]
    )
    def test_the_first_paint_is_right(self, rf: RequestFactory, cookie: str, theme: str) -> None:
        request = rf.get("/")
        request.COOKIES["portal_theme"] = cookie
        assert Chrome(request).theme == theme

    def test_the_choice_is_kept_and_leads_back(self, client: Client) -> None:
        answer = client.post(reverse("theme"), {"theme": "dark", "next": "/accounts/login/?next=/hours/"})
        assert (answer.status_code, answer["Location"]) == (HTTPStatus.FOUND, "/accounts/login/?next=/hours/")
        assert client.cookies["portal_theme"].value == "dark"
        assert 'data-theme="dark"' in client.get(reverse("account_login")).content.decode()

    def test_the_script_gets_no_page(self, client: Client) -> None:
        answer = client.post(reverse("theme"), {"theme": "light"}, headers={"X-Requested-With": "portal"})
        assert answer.status_code == HTTPStatus.NO_CONTENT
        assert client.cookies["portal_theme"].value == "light"

    @pytest.mark.parametrize(
        "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]
    )
    def test_it_never_leads_to_another_site(self, client: Client, elsewhere: str) -> None:
        assert client.post(reverse("theme"), {"theme": "dark", "next": elsewhere})["Location"] == "/"

    @pytest.mark.parametrize(("name", "field"), [("theme", "theme"), ("language", "language")])
    def test_nonsense_is_refused(self, client: Client, name: str, field: str) -> None:
        assert client.post(reverse(name), {field: "xx"}).status_code == HTTPStatus.BAD_REQUEST
        assert client.get(reverse(name)).status_code == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.django_db
class TestLanguage:
    def test_a_stranger_reads_the_sign_in_in_italian(self, client: Client) -> None:
        client.post(reverse("language"), {"language": "it", "next": reverse("account_login")})
        assert '<html lang="it"' in client.get(reverse("account_login")).content.decode()

    def test_somebody_signed_in_gets_their_mail_in_it_too(self, client: Client) -> None:
        anna = User.objects.create_user("anna@acme.example", name="Anna", language="en")
        client.force_login(anna)
        client.post(reverse("language"), {"language": "it"})
        anna.refresh_from_db()
        assert anna.language == "it"


@pytest.mark.django_db
class TestSeveralCustomers:
    def test_somebody_of_two_customers_may_change_between_them_at_the_cost_of_one_query(
        self, rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        person = marta()
        add_member(customer=globex(), person=person, kind="admin", now=NOW)
        request = rf.get(reverse("customer-detail", args=[globex().pk]))
        request.user = person
        assert Right.BOOK in rights_of(person)  # what the view has read before
        with django_assert_num_queries(1):
            offered = Chrome(request).other_customers
        assert [(each.name, each.current) for each in offered] == [(acme().name, False), (globex().name, True)]

    def test_nobody_else_pays_for_it(
        self, rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        request = rf.get("/")
        request.user = marta()
        assert Right.BOOK in rights_of(request.user)
        with django_assert_num_queries(0):
            assert Chrome(request).other_customers == []


@pytest.mark.parametrize("status", [400, 403, 404, 409, 429, 500, 503])
def test_a_page_for_what_went_wrong_needs_nothing_but_the_request(rf: RequestFactory, status: int) -> None:
    """No person, no session, no database: the page must stand when they do not."""
    page = get_template(f"{status}.html").render({"request_id": "4f6b-7c2e", "chrome": Chrome(rf.get("/"))}, None)
    assert str(status) in page
    assert "4f6b-7c2e" in page
    assert 'href="/"' in page or reverse("account_login") in page


def test_a_page_that_was_open_too_long_is_explained_with_an_id_to_quote() -> None:
    page = Client(enforce_csrf_checks=True).post(reverse("theme"), {"theme": "dark"})
    assert page.status_code == HTTPStatus.FORBIDDEN
    assert "too old to be sent" in page.content.decode()
    assert re.search(r"select-all\">[0-9a-f-]{36}<", page.content.decode())


class TestSignIn:
    def test_strangers_see_nothing_of_the_demo(self, client: Client) -> None:
        page = client.get(reverse("account_login")).content.decode()
        assert "demo-portal" not in page
        assert "admin@acme.example" not in page

    def test_the_demo_offers_its_people(self, client: Client, settings: pytest.FixtureRequest) -> None:
        settings.DEMO = True  # type: ignore[attr-defined]  # the fixture of pytest-django
        page = client.get(reverse("account_login")).content.decode()
        for person in ("admin@acme.example", "am@oura.example", "finance@oura.example", "ops@oura.example"):
            assert f'name="login" value="{person}"' in page

    @pytest.mark.django_db
    def test_a_wrong_password_is_said_beside_nothing_that_was_typed_lost(self, client: Client) -> None:
        page = client.post(
            reverse("account_login"), {"login": "anna@acme.example", "password": "wrong"}
        ).content.decode()
        assert 'class="error-summary"' in page
        assert 'value="anna@acme.example"' in page
        assert "wrong" not in page.replace("went wrong", "")
