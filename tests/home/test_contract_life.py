"""A contract after it is signed: its end moves, it is voided, another one renews it (DOMAIN.md §2)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from billing.domain.closing import close_month
from core.database_errors import constraint_of
from core.models import AuditEvent
from core.refusals import InvalidInput, NotAllowed
from home.domain.contract_life.ends import move_end, preview_end
from home.domain.contract_life.renewals import proposed_renewal, renew_contract
from home.domain.contract_life.voiding import preview_void, void_contract
from notifications.models import Message
from packages.domain.rates import RateBook
from packages.models import Contract
from reviews.domain.queries import reviews_promised_now
from sessions.domain.ledger import reverse_entry
from sessions.domain.numbers import numbers_of
from sessions.domain.refusals import MovesNotSeen, PeriodClosed
from sessions.models import DiaryEntry, TimeRequest
from tests.factories import (
    NOW,
    asked_for,
    at,
    booked,
    giulia,
    launch_kit,
    logged,
    marta,
    pekka,
    premium,
    pro_lite,
    proposed,
    rate,
    sofia,
    tomas,
)
from tests.home.pages import page, queries, signed_in
from tests.reviews.reviews import held, planned, with_reviews

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 30)


@pytest.fixture(autouse=True)
def _on_2_march() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def moved(contract: Contract, ends_on: date, *, now: datetime = NOW, seen: str | None = None) -> Contract:
    return move_end(contract=contract, ends_on=ends_on, reason="Merged", by=sofia(), now=now, seen=seen)


def voided(contract: Contract, *, now: datetime = NOW, seen: str | None = None) -> Contract:
    return void_contract(contract=contract, reason="Typed twice", by=sofia(), now=now, seen=seen)


def renewed(contract: Contract, *, keep_rate: bool = False) -> Contract:
    proposal = proposed_renewal(contract)
    assert proposal.version is not None
    return renew_contract(
        renews=contract,
        package_version=proposal.version,
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        dedicated=giulia(),
        others=[],
        types_switched_off=proposal.types_switched_off,
        keep_rate=keep_rate,
        by=sofia(),
        now=NOW,
    )


def told(kind: str) -> set[str]:
    return set(Message.objects.filter(kind=kind).values_list("recipient_email", flat=True))


class TestMovingTheEnd:
    def test_an_earlier_end_calls_off_what_lies_after_it_and_nothing_before(self) -> None:
        contract = with_reviews()
        kept = booked(contract, "kickoff", 60, "2026-06-30 15:00", now=NOW + timedelta(days=110))
        lost = booked(contract, "operations", 60, "2026-07-01 10:00", now=NOW + timedelta(days=110))
        review = planned(contract, 5, "2026-07-02 10:00")
        now = NOW + timedelta(days=112)
        preview = preview_end(contract, ends_on=JUNE, now=now)
        assert (list(preview.falling.sessions), list(preview.falling.reviews)) == ([lost], [review])
        assert [window.number for window in preview.reviews_lost] == [5, 6, 7, 8, 9, 10, 11, 12]
        moved(contract, JUNE, now=now, seen=preview.falling.mark)
        kept.refresh_from_db()
        lost.refresh_from_db()
        review.refresh_from_db()
        assert (kept.status, lost.status, review.status) == ("booked", "cancelled", "due")
        assert set(DiaryEntry.objects.values_list("session", flat=True)) == {kept.pk}
        assert told("session_cancelled") == {marta().email, giulia().email}
        assert told("review_cancelled") == {marta().email, giulia().email}
        assert told("contract_end_moved") == {marta().email, giulia().email, tomas().email}
        assert reviews_promised_now().filter(contract=contract).count() == 4

    def test_a_later_end_brings_windows_back_and_calls_nothing_off(self) -> None:
        contract = with_reviews(ends_on=JUNE)
        preview = preview_end(contract, ends_on=date(2027, 3, 1), now=NOW)
        assert not preview.falling
        assert [window.number for window in preview.reviews_gained] == [5, 6, 7, 8, 9, 10, 11, 12]
        moved(contract, date(2027, 3, 1))
        assert reviews_promised_now().filter(contract=contract).count() == 12

    def test_the_reason_and_both_days_are_kept_and_told(self) -> None:
        contract = pro_lite()
        moved(contract, JUNE)
        event = AuditEvent.objects.get(verb="contract.move_end")
        assert (event.object_id, event.actor, event.reason) == (contract.pk, sofia(), "Merged")
        for reader in (marta(), giulia(), sofia()):
            story = page(reader, f"/contracts/{contract.pk}/history/")
            assert "was moved from 30 Jan 2027 to 30 Jun 2026" in story
            assert "Merged" in story

    def test_unused_minutes_lapse_at_once_where_the_window_is_over_by_then(self) -> None:
        contract = pro_lite()
        logged(contract, "kickoff", 30, "2026-02-03 10:00")
        preview = preview_end(contract, ends_on=date(2026, 3, 1), now=NOW)
        assert (preview.left, preview.lapses_at_once) == (90, True)
        assert not preview_end(contract, ends_on=date(2026, 3, 2), now=NOW).lapses_at_once
        moved(contract, date(2026, 3, 1))
        assert numbers_of(Contract.objects.get(pk=contract.pk), now=NOW).lapsed

    def test_the_window_of_a_launch_kit_is_cut_but_never_longer_than_90_days(self) -> None:
        contract = launch_kit()
        assert preview_end(contract, ends_on=date(2026, 4, 1), now=NOW).window_after.last == date(2026, 4, 1)
        assert not preview_end(contract, ends_on=date(2028, 1, 1), now=NOW).window_moves

    def test_not_before_the_last_entry_that_stands(self) -> None:
        contract = launch_kit()
        entry = logged(contract, "kickoff", 60, "2026-02-10 23:30").entry
        with pytest.raises(InvalidInput, match="10 Feb 2026"):
            moved(contract, date(2026, 2, 9))
        moved(contract, date(2026, 2, 10))
        reverse_entry(entry=entry, by=sofia(), reason="Twice", now=NOW)
        moved(contract, date(2026, 2, 9))

    def test_not_into_a_closed_month_but_out_of_one(self) -> None:
        contract = launch_kit(ends_on=date(2026, 2, 20))
        close_month(month=date(2026, 2, 1), by=pekka(), now=NOW)
        with pytest.raises(PeriodClosed):
            moved(contract, date(2026, 2, 28))
        moved(contract, date(2026, 3, 1))

    @pytest.mark.parametrize("ends_on", [date(2026, 1, 30), date(2200, 1, 1), date(2027, 1, 30)])
    def test_no_day_that_cannot_be_or_changes_nothing(self, ends_on: date) -> None:
        with pytest.raises(InvalidInput):
            moved(launch_kit(), ends_on)

    def test_what_took_place_is_recorded_before(self) -> None:
        contract = launch_kit()
        session = booked(contract, "kickoff", 60, "2026-03-10 10:00", now=NOW)
        afterwards = at("2026-03-10 12:00")
        with pytest.raises(InvalidInput, match=session.reference):
            moved(contract, date(2026, 3, 9), now=afterwards)
        moved(contract, date(2026, 3, 10), now=afterwards)

    def test_a_proposed_time_after_the_end_is_let_go_and_once_it_is_over_every_wish(self) -> None:
        contract = launch_kit()
        wish = asked_for(contract)
        offer = proposed(asked_for(contract), "2026-03-10 10:00")
        moved(contract, date(2026, 3, 9))
        offer.refresh_from_db()
        wish.refresh_from_db()
        assert (offer.status, wish.status) == (TimeRequest.Status.DECLINED, TimeRequest.Status.ASKED)
        assert not DiaryEntry.objects.exists()
        moved(contract, date(2026, 3, 1))
        wish.refresh_from_db()
        assert wish.status == TimeRequest.Status.DECLINED

    def test_more_than_was_shown_is_not_called_off(self) -> None:
        contract = pro_lite()
        seen = preview_end(contract, ends_on=JUNE, now=NOW).falling.mark
        now = NOW + timedelta(days=110)
        session = booked(contract, "kickoff", 60, "2026-07-01 10:00", now=now)
        with pytest.raises(MovesNotSeen):
            moved(contract, JUNE, now=now, seen=seen)
        session.refresh_from_db()
        assert session.status == "booked"

    def test_only_operations_and_only_with_a_reason(self) -> None:
        contract = launch_kit()
        for person in (marta(), giulia(), pekka()):
            with pytest.raises(NotAllowed):
                move_end(contract=contract, ends_on=JUNE, reason="x", by=person, now=NOW)
        with pytest.raises(InvalidInput):
            move_end(contract=contract, ends_on=JUNE, reason=" ", by=sofia(), now=NOW)


class TestVoiding:
    def test_everything_on_it_is_called_off_and_told(self) -> None:
        contract = with_reviews()
        session = booked(contract, "kickoff", 60, "2026-03-10 10:00", now=NOW)
        review = planned(contract, 1, "2026-03-11 10:00")
        wish = asked_for(contract)
        preview = preview_void(contract, now=NOW)
        assert (preview.minutes, bool(preview.falling)) == (120, True)
        voided(contract, seen=preview.falling.mark)
        session.refresh_from_db()
        review.refresh_from_db()
        wish.refresh_from_db()
        assert (session.status, review.status, wish.status) == ("cancelled", "due", "declined")
        assert not DiaryEntry.objects.exists()
        assert not reviews_promised_now().exists()
        assert told("session_cancelled") == {marta().email, giulia().email}
        assert told("contract_voided") == {marta().email, giulia().email, tomas().email}
        assert AuditEvent.objects.get(verb="contract.void").reason == "Typed twice"
        assert "was voided." in page(marta(), f"/contracts/{contract.pk}/history/")
        assert "This contract was voided" in page(marta(), f"/contracts/{contract.pk}/")

    def test_not_once_time_was_logged_reversed_or_not(self) -> None:
        contract = launch_kit()
        entry = logged(contract, "kickoff", 60, "2026-02-10 10:00").entry
        with pytest.raises(InvalidInput, match="Time was logged"):
            voided(contract)
        reverse_entry(entry=entry, by=sofia(), reason="Twice", now=NOW)
        with pytest.raises(InvalidInput, match="Time was logged"):
            voided(contract)

    def test_not_after_a_review_was_held(self) -> None:
        contract = with_reviews()
        held(planned(contract, 1, "2026-03-11 10:00"))
        with pytest.raises(InvalidInput, match="was held"):
            voided(contract, now=NOW + timedelta(days=20))

    def test_not_twice_and_not_while_a_meeting_waits_to_be_recorded(self) -> None:
        contract = launch_kit()
        session = booked(contract, "kickoff", 60, "2026-03-10 10:00", now=NOW)
        with pytest.raises(InvalidInput, match=session.reference):
            voided(contract, now=at("2026-03-10 12:00"))
        voided(contract)
        with pytest.raises(InvalidInput, match="before"):
            voided(contract)
        with pytest.raises(InvalidInput, match="voided"):
            moved(contract, JUNE)

    def test_more_than_was_shown_is_not_called_off(self) -> None:
        contract = launch_kit()
        seen = preview_void(contract, now=NOW).falling.mark
        booked(contract, "kickoff", 60, "2026-03-10 10:00", now=NOW)
        with pytest.raises(MovesNotSeen):
            voided(contract, seen=seen)

    def test_only_operations_and_only_with_a_reason(self) -> None:
        contract = launch_kit()
        for person in (marta(), giulia(), pekka()):
            with pytest.raises(NotAllowed):
                void_contract(contract=contract, reason="x", by=person, now=NOW)
        with pytest.raises(InvalidInput):
            void_contract(contract=contract, reason="", by=sofia(), now=NOW)


class TestRenewing:
    def test_it_follows_the_day_after_and_lasts_as_many_months(self) -> None:
        proposal = proposed_renewal(pro_lite(starts_on=date(2025, 3, 1), ends_on=date(2026, 2, 28)))
        assert (proposal.starts_on, proposal.ends_on) == (date(2026, 3, 1), date(2027, 2, 28))
        odd = proposed_renewal(launch_kit(starts_on=date(2026, 1, 31), ends_on=date(2026, 5, 20)))
        assert (odd.starts_on, odd.ends_on) == (date(2026, 5, 21), date(2026, 9, 7))

    def test_team_and_types_go_along(self) -> None:
        proposal = proposed_renewal(premium(others=[tomas()], types_switched_off=["software-training"]))
        assert (proposal.dedicated, proposal.others) == (giulia().pk, [tomas().pk])
        assert proposal.types_switched_off == ["software-training"]

    def test_both_contracts_name_each_other_and_minutes_do_not_roll_over(self) -> None:
        old = pro_lite()
        new = renewed(old)
        assert new.renews == old
        assert numbers_of(new, now=NOW).granted == 120
        assert new.reference in page(marta(), f"/contracts/{old.pk}/")
        assert old.reference in page(marta(), f"/contracts/{new.pk}/")

    def test_a_negotiated_rate_is_kept_only_where_that_is_wanted(self) -> None:
        rate("EUR", "120.00")
        old, other = pro_lite(), launch_kit()
        for contract in (old, other):
            rate("EUR", "90.00", contract=contract, valid_from=date(2026, 2, 1))
        assert proposed_renewal(old).negotiated_rate == Decimal("90.00")
        kept, not_kept = renewed(old, keep_rate=True), renewed(other)
        rates = RateBook.load([kept, not_kept])
        assert rates.rate_on(kept, kept.starts_on) == Decimal("90.00")
        assert rates.rate_on(not_kept, not_kept.starts_on) == Decimal("120.00")

    def test_no_rate_of_its_own_nothing_to_keep(self) -> None:
        rate("EUR", "120.00")
        contract = pro_lite()
        rate("EUR", "90.00", contract=contract, valid_from=date(2026, 2, 1))
        rate("EUR", None, contract=contract, valid_from=date(2026, 6, 1))
        assert proposed_renewal(contract).negotiated_rate is None

    def test_once_but_again_after_the_renewal_was_voided(self) -> None:
        old = pro_lite()
        first = renewed(old)
        with pytest.raises(InvalidInput, match="renewed before"):
            renewed(old)
        with pytest.raises(InvalidInput, match=first.reference):
            voided(old)
        voided(first)
        second = renewed(old)
        assert list(old.renewals.order_by("pk")) == [first, second]
        voided(second)
        voided(old)
        with pytest.raises(InvalidInput, match="voided"):
            renewed(old)


class TestTheDatabase:
    """What no door can write, whatever the code forgot."""

    def refuses(self, constraint: str, contract: Contract, **changes: object) -> None:
        with pytest.raises(IntegrityError) as refusal:
            self._written(contract, changes)
        assert constraint_of(refusal.value) == constraint

    @transaction.atomic
    def _written(self, contract: Contract, changes: dict[str, object]) -> None:
        Contract.objects.filter(pk=contract.pk).update(**changes)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_no_end_in_a_closed_month(self) -> None:
        contract = launch_kit()
        close_month(month=date(2026, 2, 1), by=pekka(), now=NOW)
        self.refuses("contracts_end_in_open_month", contract, ends_on=date(2026, 2, 28))
        Contract.objects.filter(pk=contract.pk).update(ends_on=date(2026, 3, 1))

    def test_no_booked_session_is_left_behind(self) -> None:
        contract = launch_kit()
        booked(contract, "kickoff", 60, "2026-03-10 23:30", now=NOW, by=sofia())
        self.refuses("contracts_cover_sessions", contract, ends_on=date(2026, 3, 9))
        self.refuses("contracts_cover_sessions", contract, voided_at=NOW, voided_by=sofia())
        Contract.objects.filter(pk=contract.pk).update(ends_on=date(2026, 3, 10))

    def test_no_void_after_time_was_logged_even_reversed(self) -> None:
        contract = launch_kit()
        reverse_entry(entry=logged(contract, "kickoff", 60, "2026-02-10 10:00").entry, by=sofia(), reason="x", now=NOW)
        self.refuses("contracts_cover_entries", contract, voided_at=NOW, voided_by=sofia())

    def test_a_void_is_for_good(self) -> None:
        contract = voided(launch_kit())
        self.refuses("contracts_voided_for_good", contract, voided_at=None, voided_by=None)
        self.refuses("contracts_voided_for_good", contract, ends_on=JUNE)


class TestPages:
    def test_the_end_is_shown_then_moved(self) -> None:
        contract = pro_lite()
        now = NOW + timedelta(days=110)
        session = booked(contract, "kickoff", 60, "2026-07-01 10:00", now=now)
        address = f"/contracts/{contract.pk}/end/"
        with time_machine.travel(now, tick=False):
            client = signed_in(sofia())
            typed = {"ends_on": "2026-06-30", "reason": "Merged"}
            preview = client.post(address, {**typed, "preview": "1"})
            assert preview.status_code == 200
            assert f"/sessions/{session.pk}/" in preview.content.decode()
            assert client.post(address, typed).status_code == 409
            mark = preview.context["preview"].falling.mark
            assert client.post(address, {**typed, "seen": mark}).status_code == 302
        contract.refresh_from_db()
        assert contract.ends_on == JUNE

    @pytest.mark.parametrize("typed", [{}, {"ends_on": "soon", "reason": "x"}, {"ends_on": "2026-06-30"}])
    def test_an_end_needs_a_day_and_a_reason(self, typed: dict[str, str]) -> None:
        contract = pro_lite()
        assert signed_in(sofia()).post(f"/contracts/{contract.pk}/end/", typed).status_code == 422
        contract.refresh_from_db()
        assert contract.ends_on == date(2027, 1, 30)

    def test_why_an_end_cannot_be_there_stands_beside_it(self) -> None:
        contract = pro_lite()
        logged(contract, "kickoff", 30, "2026-02-10 10:00")
        typed = {"ends_on": "2026-02-09", "reason": "x"}
        answer = signed_in(sofia()).post(f"/contracts/{contract.pk}/end/", typed)
        assert answer.status_code == 422
        assert "Time was logged on 10 Feb 2026" in answer.content.decode()

    def test_the_queries_of_a_preview_do_not_grow(self) -> None:
        counts = []
        contract = with_reviews()
        for number in (1, 2, 3):
            booked(contract, "operations", 30, f"2026-04-0{number} 10:00", now=NOW)
            counts.append(queries(sofia(), f"/contracts/{contract.pk}/void/"))
        assert counts[0] == counts[2]

    def test_voiding(self) -> None:
        contract = launch_kit()
        client, address = signed_in(sofia()), f"/contracts/{contract.pk}/void/"
        assert client.get(address).status_code == 200
        assert client.post(address, {}).status_code == 422
        assert client.post(address, {"reason": "Typed twice"}).status_code == 302
        contract.refresh_from_db()
        assert (contract.voided_at, contract.voided_by) == (NOW, sofia())
        assert "This contract was voided before" in page(sofia(), address)

    def test_renewing_is_prefilled_and_signs(self) -> None:
        rate("EUR", "120.00")
        contract = pro_lite(others=[tomas()])
        rate("EUR", "90.00", contract=contract, valid_from=date(2026, 2, 1))
        client, address = signed_in(sofia()), f"/contracts/{contract.pk}/renew/"
        form = client.get(address).context["form"]
        typed = {name: form[name].value() for name in form.fields if form[name].value() is not None}
        assert typed["starts_on"] == date(2027, 1, 31)
        answer = client.post(address, typed)
        assert answer.status_code == 302, answer.context["form"].errors
        new = contract.renewals.get()
        assert set(new.team.all()) == {giulia(), tomas()}
        assert RateBook.load([new]).rate_on(new, new.starts_on) == Decimal("90.00")
        assert "This contract was renewed before" in page(sofia(), address)
        assert client.post(address, typed).status_code == 422

    def test_who_may_not_sign_is_not_led_there(self) -> None:
        contract = launch_kit()
        assert "/renew/" in page(sofia(), f"/contracts/{contract.pk}/")
        for person in (marta(), giulia(), pekka()):
            assert "/renew/" not in page(person, f"/contracts/{contract.pk}/")
            for act in ("renew", "end", "void"):
                assert signed_in(person).get(f"/contracts/{contract.pk}/{act}/").status_code in (403, 404)
