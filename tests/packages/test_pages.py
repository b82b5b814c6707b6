"""The catalogue's page, and reading and accepting a contract's terms in the browser."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import User
from packages.domain.catalogue import newest_version
from packages.domain.promised_reviews import reviews_promised
from packages.domain.publishing import publish_version
from packages.domain.reading import sections_of
from packages.domain.sample_terms import SAMPLE_TERMS
from packages.models import Contract, PackageVersion, TermsAcceptance
from tests.factories import NOW, giulia, hanna, launch_kit, luca, marta, sofia, with_terms_accepted

pytestmark = pytest.mark.django_db


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


class TestCatalogue:
    def test_it_shows_what_each_package_grants_in_its_newest_version(self) -> None:
        newest = newest_version("launch-kit")
        publish_version(
            version=PackageVersion(
                package=newest.package,
                included_minutes=300,
                window_days=90,
                review_count=0,
                dedicated_role="am",
                delivering_roles=["am"],
            ),
            now=NOW,
        )

        shown = signed_in(sofia()).get(reverse("packages:catalogue")).content.decode()

        assert "5:00" in shown
        assert "4:00" not in shown
        assert "12 project health checks" in shown

    def test_a_new_version_leaves_signed_contracts_as_they_are(self) -> None:
        contract = launch_kit()
        publish_version(
            version=PackageVersion(
                package=contract.package_version.package,
                included_minutes=300,
                review_count=0,
                dedicated_role="am",
                delivering_roles=["am"],
            ),
            now=NOW,
        )

        contract.refresh_from_db()
        assert contract.package_version.included_minutes == 240
        assert launch_kit().package_version.version == 2


class TestTerms:
    def address(self, contract: Contract, query: str = "") -> str:
        return reverse("packages:terms", args=[contract.pk]) + query

    def accept(self, person: User, contract: Contract, **fields: str) -> Any:
        return signed_in(person).post(self.address(contract), {"language": "en", "accepted": "on", **fields})

    def test_an_admin_accepts_the_text_that_is_on_the_screen(self) -> None:
        contract = launch_kit()

        self.accept(marta(), contract, language="it")

        kept = TermsAcceptance.objects.get(contract=contract)
        assert (kept.accepted_by, kept.text.language, kept.from_address) == (marta(), "it", "127.0.0.1")
        assert kept.sha256 == kept.text.sha256

    def test_a_header_that_a_client_writes_is_not_where_it_came_from(self) -> None:
        contract = launch_kit()

        signed_in(marta()).post(
            self.address(contract),
            {"language": "en", "accepted": "on"},
            headers={"X-Forwarded-For": "203.0.113.9"},
        )

        assert TermsAcceptance.objects.get(contract=contract).from_address == "127.0.0.1"

    def test_behind_a_proxy_of_ours_the_last_hop_is_believed(self, settings: Any) -> None:
        settings.TRUSTED_PROXY_COUNT = 1
        contract = launch_kit()

        signed_in(marta()).post(
            self.address(contract),
            {"language": "en", "accepted": "on"},
            headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"},
        )

        assert TermsAcceptance.objects.get(contract=contract).from_address == "203.0.113.9"

    def test_without_the_tick_nothing_is_accepted(self) -> None:
        contract = launch_kit()

        answer = signed_in(marta()).post(self.address(contract), {"language": "en"})

        assert answer.status_code == 422
        assert not TermsAcceptance.objects.exists()

    def test_a_translation_says_that_english_prevails_and_links_it(self) -> None:
        contract = launch_kit()

        italian = signed_in(marta()).get(self.address(contract, "?language=it")).content.decode()
        english = signed_in(marta()).get(self.address(contract, "?language=en")).content.decode()

        assert "The English version prevails, except where" in italian
        assert 'href="?language=en"' in italian
        assert "This is a translation" not in english
        assert "https://ouraring.com/business/terms-and-conditions" in english

    def test_a_booking_that_was_interrupted_goes_on_where_it_was(self) -> None:
        contract = launch_kit()
        booking = "/contracts/1/book/details/?type=kickoff"

        shown = signed_in(marta()).get(self.address(contract) + "?next=" + booking)
        assert booking in shown.context["onward"]
        assert self.accept(marta(), contract, next=booking).url == booking

    @pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
    def test_it_never_leads_out_of_the_portal(self, elsewhere: str) -> None:
        contract = launch_kit()

        answer = self.accept(marta(), contract, next=elsewhere)

        assert answer.url == reverse("sessions:contract", args=[contract.pk])

    def test_only_an_admin_of_the_customer_accepts(self) -> None:
        contract = launch_kit()

        answers = {person: self.accept(person, contract).status_code for person in (giulia(), sofia(), hanna(), luca())}

        assert answers == {giulia(): 403, sofia(): 403, hanna(): 404, luca(): 404}
        assert not TermsAcceptance.objects.exists()

    def test_accepted_terms_say_by_whom_and_offer_no_second_acceptance(self) -> None:
        contract = with_terms_accepted(launch_kit())

        shown = signed_in(marta()).get(self.address(contract)).content.decode()

        assert "Marta Ferri accepted" in shown
        assert 'name="accepted"' not in shown

    def test_a_language_without_a_text_shows_the_prevailing_one(self) -> None:
        contract = launch_kit()

        assert signed_in(marta()).get(self.address(contract, "?language=fi")).context["text"].language == "en"


class TestReading:
    @pytest.mark.parametrize("language", sorted(SAMPLE_TERMS))
    def test_sections_lose_no_word_of_what_is_hashed(self, language: str) -> None:
        _title, body = SAMPLE_TERMS[language]

        words = [
            word
            for section in sections_of(body)
            for part in (section.heading, *section.paragraphs)
            for word in part.split()
        ]

        assert words == body.split()


class TestPromisedReviews:
    """DOMAIN.md §8: only windows that start within the term, months added to the first day."""

    @pytest.mark.parametrize(
        ("package", "starts_on", "ends_on", "promised"),
        [
            ("launch-kit", date(2026, 1, 31), date(2027, 1, 30), 0),
            ("pro-lite", date(2026, 1, 31), date(2027, 1, 30), 4),
            ("pro-lite", date(2026, 1, 31), date(2026, 4, 29), 1),
            ("pro-lite", date(2026, 1, 31), date(2026, 4, 30), 2),
            ("premium", date(2026, 1, 31), date(2027, 1, 30), 12),
            ("premium", date(2026, 1, 31), date(2026, 2, 28), 2),
            ("premium", date(2026, 1, 31), date(2026, 2, 27), 1),
            ("premium", date(2026, 1, 31), date(2030, 1, 30), 12),
        ],
    )
    def test_a_short_term_promises_fewer_a_long_one_no_more(
        self, package: str, starts_on: date, ends_on: date, promised: int
    ) -> None:
        assert reviews_promised(newest_version(package), starts_on=starts_on, ends_on=ends_on) == promised
