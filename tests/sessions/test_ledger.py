"""Logging, reversing and adjusting: every refusal, what is written, what moves (DOMAIN.md §4)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.refusals import InvalidInput, NotAllowed, Refusal
from customers.domain.customers import assign_contact
from customers.models import Role, User
from packages.models import Contract
from sessions.domain.cancelling import cancel_session, mark_no_show
from sessions.domain.ledger import adjust, log_time, may_reverse, reverse_entry
from sessions.domain.moves import mark_of
from sessions.domain.previews import preview_adjustment, preview_reversal, preview_time
from sessions.domain.refusals import (
    AlreadyLogged,
    AlreadyReversed,
    InTheFuture,
    MovesNotSeen,
    OutsideContract,
    TooLongForType,
)
from sessions.domain.shares import differences, explain
from sessions.models import ConsultingSession, EntryShare, LedgerEntry
from tests.factories import (
    NOW,
    acme,
    aino,
    at,
    booked,
    giulia,
    globex,
    launch_kit,
    logged,
    marta,
    pekka,
    premium,
    rate,
    shares_of,
    sofia,
    staff,
    tomas,
    with_terms_accepted,
)

pytestmark = pytest.mark.django_db

EARLIER = at("2026-02-24 10:00")


@pytest.fixture
def contract() -> Contract:
    return launch_kit()


def rows_of(contract: Contract) -> list[tuple[str, int]]:
    """Kind and minutes of every row of the ledger, as they were written."""
    return list(LedgerEntry.objects.filter(contract=contract).order_by("pk").values_list("kind", "minutes"))


def asked(contract: Contract, **different: Any) -> dict[str, Any]:
    """A time entry that the ledger would take, but for what is `different`."""
    entry = {
        "contract": contract,
        "session_type": "kickoff",
        "staff": giulia(),
        "started_at": EARLIER,
        "minutes": 60,
        "now": NOW,
    }
    return {**entry, **different}


def test_a_logged_entry_holds_everything_that_money_hangs_on(contract: Contract) -> None:
    note = {"note": "Rings ordered", "internal_note": "Talk to logistics"}
    written = log_time(**asked(contract, started_at=at("2026-02-24 23:30"), minutes=25, **note))
    entry = LedgerEntry.objects.get(pk=written.entry.pk)
    assert (entry.kind, entry.minutes, entry.session_type, entry.staff) == ("consumption", 25, "kickoff", giulia())
    assert entry.started_at == at("2026-02-24 22:30", "UTC")
    assert entry.service_date == date(2026, 2, 24)
    assert (entry.note, entry.internal_note) == ("Rings ordered", "Talk to logistics")
    assert (entry.created_at, entry.created_by, entry.known_in_close) == (NOW, giulia(), 1)
    assert written.share.figures == (25, 0)
    assert rows_of(contract) == [("grant", 240), ("consumption", 25)]


def test_only_the_start_decides_the_day(contract: Contract) -> None:
    entry = logged(contract, "kickoff", 60, "2026-04-30 23:45").entry
    assert entry.service_date == date(2026, 4, 30)
    assert shares_of(contract) == ["60/0"]


def test_the_day_is_that_of_the_contracts_zone_whoever_logs() -> None:
    tokyo = globex()
    tokyo.time_zone, tokyo.currency = "Asia/Tokyo", "JPY"
    tokyo.save()
    contract = launch_kit(tokyo, dedicated=aino())
    assert logged(contract, "kickoff", 60, at("2026-02-28 15:30", "UTC")).entry.service_date == date(2026, 3, 1)


REFUSED: list[tuple[str, dict[str, Any], type[Refusal]]] = [
    ("ends_after_now", {"started_at": NOW - timedelta(minutes=59)}, InTheFuture),
    ("before_the_first_day", {"started_at": at("2026-01-30 23:59")}, OutsideContract),
    ("after_the_last_day", {"started_at": at("2027-01-31 00:00"), "now": at("2027-02-02 00:00")}, OutsideContract),
    ("longer_than_the_type", {"minutes": 61}, TooLongForType),
    ("no_minutes", {"minutes": 0}, InvalidInput),
    ("negative_minutes", {"minutes": -30}, InvalidInput),
    ("unknown_type", {"session_type": "party"}, InvalidInput),
    ("no_show_without_a_session", {"basis": "no_show", "reason": "Nobody came"}, InvalidInput),
    ("unknown_basis", {"basis": "because"}, InvalidInput),
]


@pytest.mark.parametrize(("different", "refusal"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_be_logged_is_refused_by_the_act_and_by_its_preview(
    contract: Contract, different: dict[str, Any], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        log_time(**asked(contract, **different))
    with pytest.raises(refusal):
        preview_time(**asked(contract, **different))
    assert rows_of(contract) == [("grant", 240)]


def test_the_limits_themselves_are_allowed(contract: Contract) -> None:
    logged(contract, "kickoff", 60, "2026-01-31 00:00")
    logged(contract, "kickoff", 1, "2027-01-30 23:59")
    log_time(**asked(contract, started_at=NOW - timedelta(minutes=60)))
    assert len(shares_of(contract)) == 3


def test_the_message_about_a_long_meeting_says_where_the_rest_goes(contract: Contract) -> None:
    with pytest.raises(TooLongForType, match="Log the rest as supplementary training, or leave it"):
        log_time(**asked(contract, minutes=75))


@pytest.mark.parametrize("stranger", [aino, tomas, sofia, pekka, marta])
def test_only_staff_whose_role_the_package_allows_and_who_serve_the_customer_log(
    contract: Contract, stranger: Any
) -> None:
    with pytest.raises(NotAllowed):
        log_time(**asked(contract, staff=stranger()))


def test_the_role_must_be_one_that_the_package_allows() -> None:
    engineer = tomas()
    with pytest.raises(NotAllowed):
        log_time(**asked(launch_kit(others=[engineer]), staff=engineer))
    assert log_time(**asked(premium(others=[engineer]), staff=engineer)).share.figures == (60, 0)


def test_a_type_that_is_switched_off_is_not_logged() -> None:
    contract = launch_kit(types_switched_off=["software-training"])
    with pytest.raises(InvalidInput, match="does not have that session type"):
        log_time(**asked(contract, session_type="software-training"))


def test_a_voided_contract_takes_nothing(contract: Contract) -> None:
    Contract.objects.filter(pk=contract.pk).update(voided_at=NOW, voided_by=sofia())
    with pytest.raises(InvalidInput, match="voided"):
        log_time(**asked(contract))
    with pytest.raises(InvalidInput, match="voided"):
        adjust(contract=contract, minutes=10, reason="Goodwill", by=sofia(), now=NOW)


def test_the_same_person_contract_and_start_is_logged_once_among_unreversed_entries(contract: Contract) -> None:
    first = log_time(**asked(contract)).entry
    with pytest.raises(AlreadyLogged):
        log_time(**asked(contract, session_type="operations", minutes=15))
    log_time(**asked(launch_kit()))
    reverse_entry(entry=first, by=giulia(), reason="Wrong type", now=NOW)
    log_time(**asked(contract, session_type="operations"))
    assert shares_of(contract) == ["reversed", "60/0"]


def test_an_overlapping_entry_of_the_same_person_is_a_warning_on_any_contract(contract: Contract) -> None:
    here = logged(contract, "kickoff", 30, "2026-02-24 10:00").entry
    other = launch_kit()
    next_one = logged(other, "kickoff", 30, "2026-02-24 10:30")
    assert next_one.overlapping == []
    long_one = logged(other, "kickoff", 60, "2026-02-24 09:45")
    assert long_one.overlapping == [here, next_one.entry]
    assert preview_time(**asked(other, started_at=at("2026-02-24 10:29"), minutes=1)).overlapping == [
        long_one.entry,
        here,
    ]


class TestSession:
    """Time that is logged from a session, and what that does to its state."""

    @pytest.fixture
    def session(self, contract: Contract) -> ConsultingSession:
        return booked(contract, "kickoff", 60, "2026-02-25 10:00")

    @pytest.fixture
    def elsewhere(self) -> ConsultingSession:
        return booked(launch_kit(), "kickoff", 60, "2026-02-26 10:00")

    def log(self, session: ConsultingSession, **different: Any) -> LedgerEntry:
        details = {"started_at": session.starts_at, "session": session, **different}
        return log_time(**asked(session.contract, **details)).entry

    def status(self, session: ConsultingSession) -> str:
        return ConsultingSession.objects.get(pk=session.pk).status

    def test_logging_makes_it_held_and_reversing_the_last_entry_booked_again(self, session: ConsultingSession) -> None:
        own = self.log(session)
        more = self.log(session, session_type="supplementary-training", started_at=at("2026-02-25 11:00"), minutes=20)
        assert self.status(session) == "held"
        reverse_entry(entry=own, by=giulia(), reason="It did not take place", now=NOW)
        assert self.status(session) == "held"
        reverse_entry(entry=more, by=giulia(), reason="It did not take place", now=NOW)
        assert self.status(session) == "booked"
        assert list(session.events.values_list("kind", flat=True)) == ["booked", "logged", "reopened"]
        self.log(session)
        assert self.status(session) == "held"

    def test_one_entry_of_its_own_type_and_any_number_of_supplementary_ones(self, session: ConsultingSession) -> None:
        self.log(session)
        with pytest.raises(AlreadyLogged):
            self.log(session, started_at=at("2026-02-25 11:00"))
        for hour in (11, 12, 13):
            self.log(session, session_type="supplementary-training", started_at=at(f"2026-02-25 {hour}:00"))
        assert shares_of(session.contract) == ["60/0", "0/60", "0/60", "0/60"]

    def test_supplementary_training_runs_over_like_any_other_session(self, contract: Contract) -> None:
        rate("EUR", "120.00")
        session = booked(
            with_terms_accepted(contract), "supplementary-training", 60, "2026-02-25 14:00", accept_overage=True
        )
        for hour in (14, 15):
            self.log(session, session_type="supplementary-training", started_at=at(f"2026-02-25 {hour}:00"))
        assert shares_of(contract) == ["0/60", "0/60"]

    def test_nothing_runs_over_a_meeting_that_did_not_take_place(self, contract: Contract) -> None:
        session = booked(contract, "kickoff", 30, "2026-02-25 14:00")
        mark_no_show(session=session, by=giulia(), reason="", missing="Everybody", now=session.starts_at)
        self.log(session, basis="no_show", reason="Nobody came", minutes=30)
        colleague = {"staff": staff("Ada Able", Role.AM), "minutes": 30, "basis": "no_show", "reason": "Nobody came"}
        assign_contact(customer=contract.customer, kind="lead", person=staff("Ada Able", Role.AM), by=None, now=NOW)
        with pytest.raises(InvalidInput, match="under its own type"):
            self.log(session, session_type="supplementary-training", **colleague)
        with pytest.raises(AlreadyLogged):
            self.log(session, **colleague)

    def test_another_type_or_another_contracts_session_is_refused(
        self, session: ConsultingSession, elsewhere: ConsultingSession
    ) -> None:
        with pytest.raises(InvalidInput, match="under its own type"):
            self.log(session, session_type="operations")
        with pytest.raises(InvalidInput, match="another contract"):
            log_time(**asked(session.contract, session=elsewhere))

    def test_a_session_cancelled_in_time_is_not_logged(self, session: ConsultingSession) -> None:
        cancel_session(session=session, by=marta(), reason="", now=session.starts_at - timedelta(days=2))
        for basis in ("delivered", "late_cancellation"):
            with pytest.raises(InvalidInput):
                self.log(session, basis=basis, reason="They should pay")

    def test_a_late_cancellation_is_logged_with_a_reason_at_most_as_booked(self, session: ConsultingSession) -> None:
        cancel_session(session=session, by=marta(), reason="Ill", now=session.starts_at - timedelta(hours=3))
        late = {"basis": "late_cancellation", "reason": "Third time this month"}
        for wrong in ({"basis": "delivered"}, {"reason": " "}, {"started_at": at("2026-02-25 10:05")}):
            with pytest.raises(InvalidInput):
                self.log(session, **{**late, **wrong})
        assert self.log(session, **late, minutes=30).basis == "late_cancellation"
        assert self.status(session) == "cancelled"

    def test_at_most_the_booked_minutes_of_a_no_show_are_logged(self, contract: Contract) -> None:
        session = booked(contract, "kickoff", 30, "2026-02-25 14:00")
        mark_no_show(session=session, by=giulia(), reason="", missing="Everybody", now=session.starts_at)
        with pytest.raises(InvalidInput, match="At most the booked minutes"):
            self.log(session, basis="no_show", reason="Nobody came", minutes=31)
        entry = self.log(session, basis="no_show", reason="Nobody came", minutes=30)
        assert self.status(session) == "no_show"
        reverse_entry(entry=entry, by=giulia(), reason="Goodwill", now=NOW)
        assert self.status(session) == "no_show"


class TestReversal:
    def test_takes_all_of_an_entry_back(self, contract: Contract) -> None:
        entry = logged(contract, "kickoff", 45, "2026-02-03 10:00").entry
        reversal = reverse_entry(entry=entry, by=sofia(), reason=" Wrong customer ", now=NOW)
        assert rows_of(contract) == [("grant", 240), ("consumption", 45), ("reversal", -45)]
        assert (reversal.reverses, reversal.reason, reversal.created_by) == (entry, "Wrong customer", sofia())
        share = EntryShare.objects.get(entry=entry)
        assert (share.included_minutes, share.overage_minutes, share.is_reversed) == (0, 0, True)
        assert explain(entry) is None

    def test_happens_once_and_not_to_a_reversal_or_a_grant(self, contract: Contract) -> None:
        entry = logged(contract, "kickoff", 45, "2026-02-03 10:00").entry
        reversal = reverse_entry(entry=entry, by=giulia(), reason="Wrong", now=NOW)
        with pytest.raises(AlreadyReversed):
            reverse_entry(entry=entry, by=giulia(), reason="Wrong", now=NOW)
        for row in (reversal, LedgerEntry.objects.get(contract=contract, kind="grant")):
            with pytest.raises(InvalidInput):
                reverse_entry(entry=row, by=sofia(), reason="Wrong", now=NOW)

    def test_needs_a_reason(self, contract: Contract) -> None:
        entry = logged(contract, "kickoff", 45, "2026-02-03 10:00").entry
        with pytest.raises(InvalidInput) as refused:
            reverse_entry(entry=entry, by=giulia(), reason="  ", now=NOW)
        assert refused.value.field == "reason"

    @pytest.mark.parametrize("stranger", [aino, pekka, marta])
    def test_is_for_who_logged_it_or_operations(self, contract: Contract, stranger: Any) -> None:
        entry = logged(contract, "kickoff", 45, "2026-02-03 10:00").entry
        assert may_reverse(giulia(), entry)
        assert may_reverse(sofia(), entry)
        with pytest.raises(NotAllowed):
            reverse_entry(entry=entry, by=stranger(), reason="Wrong", now=NOW)

    def test_of_an_adjustment_is_for_operations_and_moves_minutes_back(self, contract: Contract) -> None:
        for day in (3, 4, 5, 6, 7):
            logged(contract, "operations", 60, f"2026-02-0{day} 10:00")
        adjustment = adjust(contract=contract, minutes=30, reason="Goodwill", by=sofia(), now=NOW)
        assert shares_of(contract)[-1] == "30/30"
        with pytest.raises(NotAllowed):
            reverse_entry(entry=adjustment, by=giulia(), reason="Too generous", now=NOW)
        assert [move.after.figures for move in preview_reversal(entry=adjustment)] == [(0, 60)]
        reverse_entry(entry=adjustment, by=sofia(), reason="Too generous", now=NOW)
        assert shares_of(contract)[-1] == "0/60"


class TestAdjustment:
    def test_covers_the_earliest_overage_first(self, contract: Contract) -> None:
        logged(contract, "supplementary-training", 60, "2026-02-02 10:00")
        for day in (3, 4, 5, 6, 7, 8):
            logged(contract, "operations", 60, f"2026-02-0{day} 10:00")
        adjust(contract=contract, minutes=70, reason="Goodwill", by=sofia(), now=NOW)
        assert shares_of(contract) == ["0/60", "60/0", "60/0", "60/0", "60/0", "60/0", "10/50"]

    def test_adds_minutes_not_days(self, contract: Contract) -> None:
        logged(contract, "operations", 60, "2026-05-01 10:00")
        adjust(contract=contract, minutes=600, reason="Goodwill", by=sofia(), now=NOW)
        assert shares_of(contract) == ["0/60"]

    @pytest.mark.parametrize(
        ("different", "field"),
        [({"minutes": 0}, "minutes"), ({"minutes": -5}, "minutes"), ({"reason": " "}, "reason")],
    )
    def test_names_the_field_at_fault(self, contract: Contract, different: dict[str, Any], field: str) -> None:
        details: dict[str, Any] = {"minutes": 10, "reason": "Goodwill", **different}
        with pytest.raises(InvalidInput) as refused:
            adjust(contract=contract, by=sofia(), now=NOW, **details)
        assert refused.value.field == field
        assert rows_of(contract) == [("grant", 240)]

    @pytest.mark.parametrize("person", [giulia, pekka, marta])
    def test_is_for_operations_alone(self, contract: Contract, person: Any) -> None:
        with pytest.raises(NotAllowed):
            adjust(contract=contract, minutes=10, reason="Goodwill", by=person(), now=NOW)


class TestPreview:
    """What is shown before it is saved is what happens, and it changes nothing."""

    @pytest.fixture
    def rated(self, contract: Contract) -> Contract:
        rate("EUR", "90.00")
        for day in (10, 11, 12):
            logged(contract, "operations", 60, f"2026-02-{day} 10:00")
        logged(contract, "operations", 50, "2026-02-13 10:00")
        return contract

    def test_of_a_late_entry_names_what_it_moves_and_what_that_costs(self, rated: Contract) -> None:
        preview = preview_time(**asked(rated, started_at=at("2026-02-05 10:00"), minutes=30))
        assert preview.share.figures == (30, 0)
        assert [(move.entry.minutes, move.before.figures, move.after.figures) for move in preview.moves] == [
            (50, (50, 0), (30, 20))
        ]
        assert (preview.moves[0].amount_before, preview.moves[0].amount_after) == (Decimal(0), Decimal("30.00"))
        assert preview.moves[0].difference == Decimal("30.00")
        assert (preview.left_after, preview.amount) == (0, Decimal(0))
        assert shares_of(rated) == ["60/0", "60/0", "60/0", "50/0"]
        log_time(**asked(rated, started_at=at("2026-02-05 10:00"), minutes=30))
        assert shares_of(rated) == ["60/0", "60/0", "60/0", "30/20", "30/0"]

    def test_prices_its_own_overage(self, rated: Contract) -> None:
        preview = preview_time(**asked(rated, started_at=at("2026-02-20 10:00"), minutes=40))
        assert (preview.share.figures, preview.hourly_rate, preview.amount) == (
            (10, 30),
            Decimal("90.00"),
            Decimal("45.00"),
        )

    def test_of_an_included_entry_costs_nothing_even_without_a_rate(self, contract: Contract) -> None:
        preview = preview_time(**asked(contract))
        assert (preview.hourly_rate, preview.amount) == (None, Decimal(0))

    def test_of_overage_without_a_rate_has_no_amount(self, contract: Contract) -> None:
        assert preview_time(**asked(contract, session_type="supplementary-training")).amount is None

    def test_of_a_reversal_names_who_profits(self, rated: Contract) -> None:
        logged(rated, "operations", 30, "2026-02-14 10:00")
        first = LedgerEntry.objects.filter(contract=rated, kind="consumption").order_by("pk")[0]
        moves = preview_reversal(entry=first)
        assert [(move.before.figures, move.after.figures, move.difference) for move in moves] == [
            ((10, 20), (30, 0), Decimal("-30.00"))
        ]
        assert shares_of(rated)[-1] == "10/20"

    def test_of_logged_time_names_the_bookings_that_it_pushes_into_overage(self, rated: Contract) -> None:
        with_terms_accepted(rated)
        coming = booked(rated, "operations", 30, "2026-03-10 10:00", accept_overage=True)
        own = booked(rated, "kickoff", 15, "2026-02-24 10:00", accept_overage=True)
        before = preview_time(**asked(rated, minutes=5, session=own))
        assert before.displaced == []
        late = preview_time(**asked(rated, started_at=at("2026-02-05 10:00"), minutes=10, session_type="operations"))
        assert [(each.session, each.overage_minutes, each.amount) for each in late.displaced] == [
            (own, 10, Decimal("15.00"))
        ]
        assert coming not in [each.session for each in late.displaced]

    def test_of_an_adjustment_says_so_too(self, rated: Contract) -> None:
        logged(rated, "operations", 30, "2026-02-14 10:00")
        assert [move.after.figures for move in preview_adjustment(contract=rated, minutes=15)] == [(25, 5)]
        assert shares_of(rated)[-1] == "10/20"


class TestMovesSeen:
    """What moves minutes of others is saved only by somebody who saw exactly that, compared under the lock."""

    @pytest.fixture
    def rated(self, contract: Contract) -> Contract:
        rate("EUR", "90.00")
        for day in (10, 11, 12, 13):
            logged(contract, "operations", 60, f"2026-02-{day} 10:00")
        return contract

    def test_nothing_that_moves_is_saved_unseen(self, rated: Contract) -> None:
        late = asked(rated, started_at=at("2026-02-05 10:00"), minutes=30)
        with pytest.raises(MovesNotSeen):
            log_time(**late, moves_seen="")
        log_time(**late, moves_seen=mark_of(preview_time(**late).moves))
        assert shares_of(rated) == ["60/0", "60/0", "60/0", "30/30", "30/0"]

    def test_an_entry_that_lands_in_between_is_shown_first(self, rated: Contract) -> None:
        late = asked(rated, started_at=at("2026-02-05 10:00"), minutes=30)
        seen = mark_of(preview_time(**late).moves)
        logged(rated, "operations", 15, "2026-02-04 10:00")
        with pytest.raises(MovesNotSeen):
            log_time(**late, moves_seen=seen)
        assert shares_of(rated) == ["60/0", "60/0", "60/0", "45/15", "15/0"]

    def test_a_price_that_changes_in_between_is_shown_first(self, rated: Contract) -> None:
        late = asked(rated, started_at=at("2026-02-05 10:00"), minutes=30)
        seen = mark_of(preview_time(**late).moves)
        rate("EUR", "95.00", valid_from=date(2026, 2, 1))
        with pytest.raises(MovesNotSeen):
            log_time(**late, moves_seen=seen)

    def test_a_reversal_and_an_adjustment_wait_for_it_too(self, rated: Contract) -> None:
        fifth = logged(rated, "operations", 30, "2026-02-14 10:00").entry
        first = LedgerEntry.objects.filter(contract=rated, kind="consumption").order_by("pk")[0]
        with pytest.raises(MovesNotSeen):
            reverse_entry(entry=first, by=giulia(), reason="Typed twice", now=NOW, moves_seen="")
        with pytest.raises(MovesNotSeen):
            adjust(contract=rated, minutes=15, reason="Goodwill", by=sofia(), now=NOW, moves_seen="")
        reverse_entry(entry=fifth, by=giulia(), reason="Typed twice", now=NOW, moves_seen="")
        adjust(contract=rated, minutes=15, reason="Goodwill", by=sofia(), now=NOW, moves_seen="")


def test_why_is_this_billed_is_answered_from_fresh_facts(contract: Contract) -> None:
    logged(contract, "software-training", 60, "2026-02-03 10:00")
    second = logged(contract, "software-training", 40, "2026-02-10 10:00").entry
    share = explain(second)
    assert share is not None
    assert (share.type_draws, share.in_window, share.first_of_type, share.left_before) == (True, True, False, 180)


def test_the_ledgers_of_two_contracts_know_nothing_of_each_other() -> None:
    one, other = launch_kit(), launch_kit()
    for day in (3, 4, 5, 6, 7):
        logged(one, "operations", 60, f"2026-02-0{day} 10:00")
    logged(other, "kickoff", 60, "2026-02-20 10:00", staff=giulia())
    assert shares_of(other) == ["60/0"]
    assert list(differences([one, other])) == []


def test_a_person_who_leaves_the_staff_logs_no_more(contract: Contract) -> None:
    leaver: User = staff("Leo Former", Role.AM)
    contract.team_members.create(staff=leaver)
    User.objects.filter(pk=leaver.pk).update(is_active=False)
    leaver.refresh_from_db()
    with pytest.raises(NotAllowed):
        log_time(**asked(contract, staff=leaver))
    assert acme().contracts.count() == 1
