"""The next version of the terms: written, published once, in force for the contracts signed afterwards (§10)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from core.refusals import InvalidInput, NotAllowed
from customers.models import User
from packages.domain.passages import section_of
from packages.domain.terms import accept_terms, hash_of, terms_in_force
from packages.domain.terms_drafts import DraftMoved, Wording, discard_draft, keep_draft, publish_draft
from packages.models import TermsAcceptance, TermsDraft, TermsText, TermsVersion
from tests.factories import NOW, giulia, launch_kit, marta, pekka, sofia

pytestmark = pytest.mark.django_db

TODAY = NOW.date()
ENGLISH = "1. What you bought\nMinutes.\n\n2. Overage\nBilled by the hour.\n\n3. Late\nA late cancellation may count."
ITALIAN = "1. Che cosa hai acquistato\nMinuti.\n\n2. Ore eccedenti\nFatturate.\n\n3. Tardi\nPuò contare."


def written(by: User | None = None, **others: Any) -> TermsDraft:
    """A draft of version 2, in force from today on."""
    typed: dict[str, Any] = {
        "version": "2",
        "in_force_from": TODAY,
        "wordings": {"en": Wording("Terms", ENGLISH), "it": Wording("Condizioni", ITALIAN)},
        "passages": {"overage": 2, "cancelling": 3},
    }
    return keep_draft(**{**typed, **others}, by=by or sofia(), now=NOW)


def published() -> TermsVersion:
    return publish_draft(seen=written().changed_at, by=sofia(), now=NOW)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


class TestPublishing:
    def test_a_new_version_binds_from_the_next_contract_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = launch_kit()
        second = published()
        after = launch_kit()
        before.refresh_from_db()
        assert (before.terms.version, after.terms) == ("1", second)

    def test_a_version_of_a_later_day_does_not_bind_before_it(self) -> None:
        later = written(in_force_from=TODAY + timedelta(days=30))
        second = publish_draft(seen=later.changed_at, by=sofia(), now=NOW)
        assert terms_in_force(TODAY).version == "1"
        assert terms_in_force(TODAY + timedelta(days=29)).version == "1"
        assert terms_in_force(TODAY + timedelta(days=30)) == second
        assert launch_kit().terms.version == "1"

    def test_what_was_written_is_what_is_published_with_its_hash(self) -> None:
        second = published()
        english = second.texts.get(language="en")
        assert (english.body, english.sha256) == (ENGLISH, hash_of(ENGLISH))
        assert (second.published_by, second.published_at) == (sofia(), NOW)
        assert not TermsDraft.objects.exists()

    def test_an_acceptance_keeps_the_hash_of_the_text_in_the_contracts_own_version(self) -> None:
        published()
        contract = launch_kit()
        accept_terms(contract=contract, by=marta(), language="it", from_address="192.0.2.7", now=NOW)
        assert TermsAcceptance.objects.get().sha256 == hash_of(ITALIAN)

    @pytest.mark.parametrize("person", [giulia, marta, pekka])
    def test_only_operations_write_and_publish(self, person: Any) -> None:
        draft = written()
        with pytest.raises(NotAllowed):
            written(by=person())
        with pytest.raises(NotAllowed):
            publish_draft(seen=draft.changed_at, by=person(), now=NOW)
        with pytest.raises(NotAllowed):
            discard_draft(seen=draft.changed_at, by=person())
        assert TermsVersion.objects.count() == 1

    def test_what_changed_since_it_was_read_is_not_published(self) -> None:
        seen = written().changed_at
        with pytest.raises(DraftMoved):
            publish_draft(seen=seen - timedelta(seconds=1), by=sofia(), now=NOW)
        publish_draft(seen=seen, by=sofia(), now=NOW)
        with pytest.raises(DraftMoved):
            publish_draft(seen=seen, by=sofia(), now=NOW)
        with pytest.raises(DraftMoved):
            discard_draft(seen=seen, by=sofia())

    def test_a_draft_that_waited_past_its_day_is_refused(self) -> None:
        draft = written()
        with pytest.raises(InvalidInput, match="never from a day in the past"):
            publish_draft(seen=draft.changed_at, by=sofia(), now=NOW + timedelta(days=2))

    @pytest.mark.parametrize(
        ("others", "field"),
        [
            ({"version": "1"}, "version"),
            ({"in_force_from": TODAY - timedelta(days=1)}, "in_force_from"),
            ({"wordings": {"en": Wording("", "")}}, "body_en"),
            ({"wordings": {"en": Wording("T", "1. One\na\n\n1. Again\nb")}, "passages": {}}, "body_en"),
            ({"wordings": {"en": Wording("T", ENGLISH), "it": Wording("T", "1. Uno\na")}}, "body_it"),
            ({"wordings": {"en": Wording("T", ENGLISH), "it": Wording("T", "")}}, "body_it"),
            ({"passages": {"lapse": 9}}, "passage_lapse"),
        ],
    )
    def test_a_fault_is_named_by_its_field_and_nothing_is_kept(self, others: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            written(**others)
        assert refused.value.field == field
        assert not TermsDraft.objects.exists()

    def test_no_two_versions_are_in_force_from_one_day(self) -> None:
        published()
        with pytest.raises(InvalidInput) as refused:
            written(version="3")
        assert refused.value.field == "in_force_from"

    def test_the_database_keeps_what_is_published(self) -> None:
        second = published()
        for change in (
            lambda: TermsVersion.objects.filter(pk=second.pk).update(in_force_from=date(2030, 1, 1)),
            lambda: TermsVersion.objects.filter(pk=second.pk).update(passages={}),
            lambda: TermsText.objects.filter(terms=second).update(body="Other words"),
            lambda: TermsText.objects.filter(terms=second).delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


class TestPassages:
    def test_each_version_says_for_itself_where_a_rule_stands(self) -> None:
        first, second = TermsVersion.objects.get(), published()
        assert [section_of(each, "cancelling") for each in (first, second)] == [4, 3]
        assert section_of(second, "lapse") is None

    def test_a_screen_leads_to_the_passage_of_the_contracts_own_version(self) -> None:
        first, _second = launch_kit(), published()
        after = launch_kit()
        pages = {
            contract: signed_in(marta()).get(reverse("sessions:contract", args=[contract.pk])).content.decode()
            for contract in (first, after)
        }
        assert f'href="/contracts/{first.pk}/terms/#section-6"' in pages[first]
        assert "Terms, §6" in pages[first]
        assert "Terms, §" not in pages[after]
        assert 'id="section-6"' in signed_in(marta()).get(f"/contracts/{first.pk}/terms/").content.decode()


class TestPages:
    def typed(self, **others: str) -> dict[str, str]:
        return {
            "version": "2",
            "in_force_from": str(TODAY + timedelta(days=3650)),
            "title_en": "Terms",
            "body_en": ENGLISH.replace("\n", "\r\n"),
            "title_it": "Condizioni",
            "body_it": ITALIAN,
            "passage_overage": "2",
            **others,
        }

    def test_a_version_is_written_looked_at_and_published(self) -> None:
        client = signed_in(sofia())
        assert "1. What you bought" in client.get(reverse("packages:terms-draft")).content.decode()
        kept = client.post(reverse("packages:terms-draft"), self.typed())
        assert kept["Location"] == reverse("packages:terms-publish")
        shown = client.get(kept["Location"])
        assert "Publish version 2" in shown.content.decode()
        published = client.post(kept["Location"], {"seen": shown.context["seen"]})
        assert published["Location"] == reverse("packages:terms-versions")
        assert TermsText.objects.get(terms__version="2", language="en").body == ENGLISH
        assert "Version 2" in signed_in(marta()).get(reverse("packages:terms-versions")).content.decode()
        assert "Billed by the hour" in signed_in(marta()).get("/terms/versions/2/?language=en").content.decode()

    def test_a_mistake_comes_back_with_what_was_typed(self) -> None:
        answer = signed_in(sofia()).post(reverse("packages:terms-draft"), self.typed(passage_lapse="9"))
        assert answer.status_code == 422
        assert "The English text has no section 9." in answer.content.decode()
        assert "A late cancellation may count." in answer.content.decode()

    def test_a_page_that_is_out_of_date_publishes_nothing(self) -> None:
        draft = written()
        answer = signed_in(sofia()).post(reverse("packages:terms-publish"), {"seen": "2020-01-01T00:00:00+00:00"})
        assert answer.status_code == 422
        assert TermsDraft.objects.get() == draft

    def test_a_draft_is_discarded_and_the_versions_stay(self) -> None:
        draft = written()
        client = signed_in(sofia())
        client.post(reverse("packages:terms-discard"), {"seen": draft.changed_at.isoformat()})
        assert not TermsDraft.objects.exists()
        assert [each.version for each in TermsVersion.objects.all()] == ["1"]

    def test_a_draft_is_shown_to_nobody_but_operations(self) -> None:
        written()
        shown = {person: signed_in(person).get(reverse("packages:terms-versions")) for person in (sofia(), marta())}
        assert "Draft of version 2" in shown[sofia()].content.decode()
        assert "Draft of version 2" not in shown[marta()].content.decode()
        assert signed_in(marta()).get("/terms/versions/2/").status_code == 404

    def test_english_stands_beside_the_translation(self) -> None:
        shown = signed_in(marta()).get("/terms/versions/1/?language=it&beside=1").content.decode()
        assert "1. Che cosa hai acquistato" in shown
        assert "1. What you bought" in shown
        assert shown.count('id="section-1"') == 1

    def test_a_contract_that_waits_for_acceptance_is_named(self) -> None:
        contract = launch_kit()
        shown = signed_in(marta()).get(reverse("packages:terms-versions")).content.decode()
        assert contract.reference in shown
        accept_terms(contract=contract, by=marta(), language="en", from_address=None, now=NOW)
        shown = signed_in(marta()).get(reverse("packages:terms-versions")).content.decode()
        assert contract.reference not in shown
