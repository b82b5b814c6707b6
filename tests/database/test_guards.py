"""What must hold for every row, whoever writes it: minutes conserved, customers apart, one place at a time."""

from datetime import timedelta

import psycopg2
import pytest
from psycopg2 import errors
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case

from sessions.models import DiaryEntry
from tests.database.conftest import Ledger
from tests.factories import acme, at, giulia, luca, marta, member_of

ENTRY = (
    "INSERT INTO ledger_entries (contract_id, kind, minutes, session_type, staff_id, started_at, service_date,"
    " session_id, basis, note, internal_note, reverses_id, reason, created_at, created_by_id, known_in_close)"
)


def commit(connection: Connection, statement: str, parameters: dict[str, object]) -> None:
    """Run one statement and commit: constraints that wait for the commit speak now."""
    with connection, connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def refused_by(
    connection: Connection, error: type[psycopg2.Error], constraint: str, statement: str, **parameters: object
) -> None:
    """The statement, or its commit, is refused by that constraint and no other."""
    with pytest.raises(error) as caught:
        commit(connection, statement, parameters)
    assert caught.value.diag.constraint_name == constraint


class TestShares:
    CONSERVED = "entry_shares_conserve_minutes"

    def test_minutes_that_were_never_granted_are_refused_at_the_commit(self, app: Connection, ledger: Ledger) -> None:
        statement = "UPDATE entry_shares SET included_minutes = 30, overage_minutes = 0 WHERE entry_id = %(half)s"
        refused_by(app, errors.CheckViolation, self.CONSERVED, statement, half=ledger.half.pk)

    def test_an_entry_is_shared_out_whole(self, app: Connection, ledger: Ledger) -> None:
        for figures in ("included_minutes = 59", "overage_minutes = 1"):
            statement = f"UPDATE entry_shares SET {figures} WHERE entry_id = %(full)s"
            refused_by(app, errors.CheckViolation, self.CONSERVED, statement, full=ledger.full.pk)

    def test_an_entry_without_a_share_is_refused_at_the_commit(self, app: Connection, ledger: Ledger) -> None:
        meeting = "'consumption', 30, 'kickoff', %(staff)s, now(), now()"
        refused_by(
            app,
            errors.CheckViolation,
            self.CONSERVED,
            f"{ENTRY} VALUES (%(contract)s, {meeting}, NULL, 'delivered', '', '', NULL, '', now(), %(staff)s, 1)",
            contract=ledger.contract.pk,
            staff=giulia().pk,
        )

    def test_a_reversal_without_new_shares_is_refused_at_the_commit(self, app: Connection, ledger: Ledger) -> None:
        refused_by(
            app,
            errors.CheckViolation,
            self.CONSERVED,
            f"{ENTRY} SELECT contract_id, 'reversal', -minutes, NULL, NULL, NULL, NULL, NULL, 'delivered', '', '', id,"
            " 'why', now(), NULL, 1 FROM ledger_entries WHERE id = %(full)s",
            full=ledger.full.pk,
        )

    def test_a_reversed_entry_draws_nothing(self, app: Connection, ledger: Ledger) -> None:
        wrong = {"wrong": ledger.reversed.pk}
        statement = "UPDATE entry_shares SET overage_minutes = 60 WHERE entry_id = %(wrong)s"
        refused_by(app, errors.CheckViolation, "entry_shares_reversed_draws_nothing", statement, **wrong)
        revived = "UPDATE entry_shares SET is_reversed = false, overage_minutes = 60 WHERE entry_id = %(wrong)s"
        refused_by(app, errors.CheckViolation, self.CONSERVED, revived, **wrong)

    def test_the_same_person_contract_and_start_twice_among_unreversed_ones_is_refused(
        self, app: Connection, ledger: Ledger
    ) -> None:
        refused_by(
            app,
            errors.UniqueViolation,
            "entry_shares_logged_once",
            f"WITH again AS ({ENTRY} SELECT contract_id, kind, minutes, session_type, staff_id, started_at,"
            " service_date, NULL, basis, '', '', NULL, '', now(), NULL, 1 FROM ledger_entries WHERE id = %(full)s"
            " RETURNING *)"
            " INSERT INTO entry_shares (entry_id, contract_id, staff_id, started_at, included_minutes, overage_minutes,"
            " is_reversed) SELECT id, contract_id, staff_id, started_at, 0, minutes, false FROM again",
            full=ledger.full.pk,
        )


class TestCustomersApart:
    def test_a_share_belongs_to_the_contract_of_its_entry(self, app: Connection, ledger: Ledger) -> None:
        refused_by(
            app,
            errors.ForeignKeyViolation,
            "entry_shares_entry_of_contract",
            "INSERT INTO entry_shares (entry_id, contract_id, staff_id, started_at, included_minutes, overage_minutes,"
            " is_reversed) SELECT id, %(contract)s, 1, now(), 0, 1, false FROM ledger_entries WHERE kind = 'grant'"
            " AND contract_id = %(foreign)s",
            contract=ledger.contract.pk,
            foreign=ledger.foreign.pk,
        )

    def test_an_entry_names_a_session_of_its_own_contract(self, app: Connection, ledger: Ledger) -> None:
        refused_by(
            app,
            errors.ForeignKeyViolation,
            "ledger_entries_session_of_contract",
            f"{ENTRY} VALUES (%(foreign)s, 'consumption', 30, 'kickoff', %(staff)s, now(), now(), %(session)s,"
            " 'delivered', '', '', NULL, '', now(), %(staff)s, 1)",
            foreign=ledger.foreign.pk,
            session=ledger.session.pk,
            staff=giulia().pk,
        )

    def test_a_reversal_points_at_its_own_contract(self, app: Connection, ledger: Ledger) -> None:
        refused_by(
            app,
            errors.ForeignKeyViolation,
            "ledger_entries_reverses_in_contract",
            f"{ENTRY} VALUES (%(contract)s, 'reversal', -60, NULL, NULL, NULL, NULL, NULL, 'delivered', '', '',"
            " %(entry)s, 'why', now(), NULL, 1)",
            contract=ledger.contract.pk,
            entry=ledger.foreign_entry.pk,
        )


class TestLedgerRows:
    def reversal(self, minutes: str, of: str) -> str:
        return (
            f"{ENTRY} SELECT contract_id, 'reversal', {minutes}, NULL, NULL, NULL, NULL, NULL, 'delivered', '', '', id,"
            f" 'why', now(), NULL, 1 FROM ledger_entries WHERE contract_id = %(contract)s AND {of}"
        )

    def test_a_reversal_takes_all_of_an_entry_once_and_no_reversal(self, app: Connection, ledger: Ledger) -> None:
        contract = {"contract": ledger.contract.pk}
        all_of_it = "ledger_entries_reversal_takes_all"
        part = self.reversal("-10", of=f"id = {ledger.full.pk}")
        refused_by(app, errors.CheckViolation, all_of_it, part, **contract)
        refused_by(app, errors.CheckViolation, all_of_it, self.reversal("-240", of="kind = 'grant'"), **contract)
        of_reversal = self.reversal("60", of="kind = 'reversal'")
        refused_by(app, errors.CheckViolation, all_of_it, of_reversal, **contract)
        twice = self.reversal("-60", of=f"id = {ledger.reversed.pk}")
        refused_by(app, errors.UniqueViolation, "ledger_entries_reverses_id_key", twice, **contract)

    def test_a_row_of_the_wrong_shape_is_refused(self, app: Connection, ledger: Ledger) -> None:
        columns = "kind, minutes, session_type, staff_id, started_at, service_date, basis, reason"
        for row, constraint in (
            ("'grant', 600, NULL, NULL, NULL, NULL, 'delivered', ''", "ledger_entries_one_grant"),
            ("'adjustment', -5, NULL, NULL, NULL, NULL, 'delivered', 'why'", "ledger_entries_shape"),
            ("'adjustment', 5, NULL, NULL, NULL, NULL, 'delivered', ''", "ledger_entries_shape"),
            ("'consumption', 61, 'kickoff', 1, now(), now(), 'delivered', ''", "ledger_entries_shape"),
            ("'consumption', 0, 'kickoff', 1, now(), now(), 'delivered', ''", "ledger_entries_shape"),
            ("'consumption', 30, 'kickoff', NULL, now(), now(), 'delivered', ''", "ledger_entries_shape"),
            ("'consumption', 30, 'party', 1, now(), now(), 'delivered', ''", "ledger_entries_type_known"),
            ("'consumption', 30, 'kickoff', 1, now(), now(), 'no_show', 'why'", "ledger_entries_basis_known"),
            ("'consumption', 30, 'kickoff', 1, now(), now(), 'because', 'why'", "ledger_entries_basis_known"),
            ("'gift', 30, NULL, NULL, NULL, NULL, 'delivered', 'why'", "ledger_entries_shape"),
        ):
            refused_by(
                app,
                psycopg2.IntegrityError,
                constraint,
                f"INSERT INTO ledger_entries (contract_id, {columns}, note, internal_note, created_at, known_in_close)"
                f" VALUES (%(contract)s, {row}, '', '', now(), 1)",
                contract=ledger.contract.pk,
            )


class TestDiary:
    INSERT = "INSERT INTO diary_entries (staff_id, starts_at, ends_at) VALUES (%(staff)s, %(start)s, %(end)s)"

    def test_two_meetings_of_one_person_never_overlap(self, app: Connection, ledger: Ledger) -> None:
        start = ledger.session.starts_at
        for from_, until in ((0, 60), (-30, 1), (59, 90), (15, 45), (-60, 120)):
            refused_by(
                app,
                errors.ExclusionViolation,
                "diary_entries_never_overlap",
                self.INSERT,
                staff=ledger.session.staff_id,
                start=start + timedelta(minutes=from_),
                end=start + timedelta(minutes=until),
            )

    def test_one_after_the_other_and_somebody_else_may(self, app: Connection, ledger: Ledger) -> None:
        staff, start, end = ledger.session.staff_id, ledger.session.starts_at, ledger.session.ends_at
        commit(app, self.INSERT, {"staff": staff, "start": end, "end": end + timedelta(minutes=15)})
        commit(app, self.INSERT, {"staff": staff, "start": start - timedelta(minutes=15), "end": start})
        other = ledger.foreign.team_members.get().staff_id
        commit(app, self.INSERT, {"staff": other, "start": start, "end": end})

    def test_a_meeting_ends_after_it_starts_and_lasts_what_it_says(self, app: Connection, ledger: Ledger) -> None:
        when = at("2026-05-04 10:00")
        refused_by(
            app,
            errors.CheckViolation,
            "diary_entries_end_after_start",
            self.INSERT,
            staff=ledger.session.staff_id,
            start=when,
            end=when,
        )
        refused_by(
            app,
            errors.CheckViolation,
            "consulting_sessions_end_is_start_plus_length",
            "UPDATE consulting_sessions SET ends_at = ends_at + interval '1 minute' WHERE id = %(session)s",
            session=ledger.session.pk,
        )


class TestWhatBelongsTogether:
    """Sessions and their diary, entries and their contract, rows and the close that will know them."""

    CONSUMPTION = "'consumption', 30, 'kickoff', %(staff)s, %(started)s, %(day)s, NULL, 'delivered', '', '', NULL, ''"

    def entry_refused(self, app: Connection, ledger: Ledger, constraint: str, **changes: object) -> None:
        facts = {
            "contract": ledger.contract.pk,
            "staff": giulia().pk,
            "started": at("2026-02-20 10:00"),
            "day": "2026-02-20",
            "close": 1,
        }
        statement = f"{ENTRY} VALUES (%(contract)s, {self.CONSUMPTION}, now(), %(staff)s, %(close)s)"
        refused_by(app, errors.CheckViolation, constraint, statement, **{**facts, **changes})

    def test_an_entry_stands_under_the_day_of_its_start(self, app: Connection, ledger: Ledger) -> None:
        self.entry_refused(app, ledger, "ledger_entries_service_date_is_of_start", day="2026-03-20")

    def test_an_entry_lies_in_the_term(self, app: Connection, ledger: Ledger) -> None:
        before = {"started": at("2025-02-20 10:00"), "day": "2025-02-20"}
        self.entry_refused(app, ledger, "ledger_entries_in_term", **before)

    def test_a_row_is_known_to_the_next_close(self, app: Connection, ledger: Ledger) -> None:
        self.entry_refused(app, ledger, "ledger_entries_known_in_next_close", close=77)

    def test_a_waiver_is_of_a_time_entry(self, app: Connection, ledger: Ledger) -> None:
        grant = ledger.contract.ledger.get(kind="grant")
        statement = (
            "INSERT INTO waivers (entry_id, proposed_by_id, proposed_at, reason)"
            " VALUES (%(entry)s, %(staff)s, now(), 'x')"
        )
        constraint = "waivers_of_standing_entries"
        refused_by(app, errors.CheckViolation, constraint, statement, entry=grant.pk, staff=giulia().pk)

    def test_a_contract_covers_what_was_delivered(self, app: Connection, ledger: Ledger) -> None:
        for change in ("ends_on = starts_on", "voided_at = now(), voided_by_id = %(staff)s"):
            statement = f"UPDATE contracts SET {change} WHERE id = %(contract)s"
            facts = {"contract": ledger.contract.pk, "staff": giulia().pk}
            refused_by(app, errors.CheckViolation, "contracts_cover_entries", statement, **facts)

    def test_a_negotiated_rate_is_in_the_contracts_currency(self, app: Connection, ledger: Ledger) -> None:
        statement = (
            "INSERT INTO rate_lines (currency, contract_id, hourly_rate, valid_from, created_at, known_in_close)"
            " VALUES ('USD', %(contract)s, 100, '2026-01-01', now(), 1)"
        )
        constraint = "rate_lines_currency_of_contract"
        refused_by(app, errors.ForeignKeyViolation, constraint, statement, contract=ledger.contract.pk)

    def test_a_booked_session_keeps_its_place_in_the_diary(self, app: Connection, ledger: Ledger) -> None:
        statement = "DELETE FROM diary_entries WHERE session_id = %(session)s"
        refused_by(app, errors.CheckViolation, "consulting_sessions_in_diary", statement, session=ledger.session.pk)

    def test_a_session_is_held_once_its_time_is_logged(self, app: Connection, ledger: Ledger) -> None:
        statement = "UPDATE consulting_sessions SET status = 'held' WHERE id = %(session)s"
        refused_by(
            app, errors.CheckViolation, "consulting_sessions_held_has_time", statement, session=ledger.session.pk
        )

    def test_the_diary_moves_with_its_session(self, app: Connection, ledger: Ledger) -> None:
        hour = "interval '1 hour'"
        statement = (
            f"UPDATE consulting_sessions SET starts_at = starts_at + {hour}, ends_at = ends_at + {hour}"
            " WHERE id = %(session)s"
        )
        commit(app, statement, {"session": ledger.session.pk})
        assert DiaryEntry.objects.get(session=ledger.session).starts_at == ledger.session.starts_at + timedelta(hours=1)


class TestPeople:
    KEEPS = "memberships_keep_an_admin"
    OF_MARTA = "customer_id = %(customer)s AND user_id = %(marta)s"

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE memberships SET until = now() WHERE",
            "UPDATE memberships SET kind = 'member' WHERE",
            "DELETE FROM memberships WHERE",
        ],
    )
    def test_the_last_admin_of_a_customer_stays(self, app: Connection, ledger: Ledger, statement: str) -> None:
        facts: dict[str, object] = {"customer": acme().pk, "marta": marta().pk}
        refused_by(app, errors.CheckViolation, self.KEEPS, f"{statement} {self.OF_MARTA}", **facts)
        member_of(acme(), "Carla Neri", kind="admin")
        commit(app, f"{statement} {self.OF_MARTA}", facts)

    def test_one_takes_over_from_the_other_in_one_transaction(self, app: Connection, ledger: Ledger) -> None:
        luca()
        statement = "UPDATE memberships SET kind = CASE kind WHEN 'admin' THEN 'member' ELSE 'admin' END"
        commit(app, f"{statement} WHERE customer_id = %(customer)s", {"customer": acme().pk})
