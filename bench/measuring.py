"""One run: the world, then case and floor in turn on the same servers."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case

from bench import client, meters, world
from bench.cases import API, BUSIEST_MONTH, Case, bearer, cases, floor_insert, logging
from bench.client import Request, Run
from bench.machine import FLOOR, PORTAL, Machine, Web
from bench.pages import PageCost, cookie_of, costs, signed_in
from bench.table import Figure
from bench.world import World

ROUNDS = 3
WITH_BOUNDS = 2
"""The number of web processes for which what is aimed at was written down."""
WARM_UP = 40
COPY = """
    COPY (
        SELECT customers.name, entry.service_date, entry.session_type, users.name, entry.minutes,
               share.included_minutes, share.overage_minutes, entry.note
        FROM ledger_entries entry
        JOIN entry_shares share ON share.entry_id = entry.id
        JOIN contracts ON contracts.id = entry.contract_id
        JOIN customers ON customers.id = contracts.customer_id
        JOIN users ON users.id = entry.staff_id
        WHERE entry.kind = 'consumption' AND share.overage_minutes > 0
          AND entry.service_date >= '{month}-01' AND entry.service_date < date '{month}-01' + interval '1 month'
    ) TO STDOUT (FORMAT csv)
"""

BROKEN = """
    SELECT count(*)
    FROM ledger_entries entry
    LEFT JOIN entry_shares share ON share.entry_id = entry.id
    WHERE entry.kind = 'consumption'
      AND entry.minutes IS DISTINCT FROM share.included_minutes + share.overage_minutes
"""


def measure(run: Machine, *, entries: int) -> tuple[list[Figure], list[PageCost]]:
    """Everything, on servers that are empty but for the catalogue."""
    _say(f"building 2,000 customers and {entries:,} time entries")
    connection = run.connect()
    people = world.build(connection, entries=entries)
    contract = people.contracts[0].pk
    figures: list[Figure] = []
    with run.web(FLOOR, processes=1) as bare, run.web(PORTAL, processes=1) as portal:
        figures.append(Figure("cold start", portal.seconds_to_start / bare.seconds_to_start, most=2.5))
        for case in cases(people, url=portal.url, cookie=cookie_of(signed_in(people.admins[0])), contract=contract):
            _say(case.name)
            figures += _compared(case, portal, bare, run)
        _say("the month's CSV")
        figures.append(_month(people.finance_token, portal, connection))
        _say("every page")
        floor = client.run(bare.url, lambda _number: Request(f"/rows/{contract}/"), requests=200)
        roles = [
            ("admin", people.admins[0]),
            ("staff", people.staff[0]),
            ("operations", people.operations),
            ("finance", people.finance),
        ]
        pages = list(costs(portal.url, roles, floor))
    for processes in (1, 2, 4):
        with run.web(FLOOR, processes=processes) as bare, run.web(PORTAL, processes=processes) as portal:
            _say(f"eight clients, web processes: {processes}")
            figures += _crowd(people, portal, bare, processes=processes)
            if processes == WITH_BOUNDS:
                memory = meters.pss_megabytes(portal.child.pid)
                figures.append(Figure("memory of two processes", memory, unit="MB", most=220))
    figures += _nothing_double(connection)
    connection.close()
    return figures, pages


def _compared(case: Case, portal: Web, bare: Web, run: Machine) -> Iterator[Figure]:
    """Case and floor in turn, some rounds after a warm-up: the medians, and what a request costs in CPU."""
    client.run(portal.url, case.ask, requests=WARM_UP)
    client.run(bare.url, case.floor, requests=WARM_UP)
    rounds: list[tuple[Run, Run]] = []
    server, database = portal.child.pid, run.postgres.child.pid if run.postgres.child else 0
    spent = 0.0, 0.0
    for number in range(ROUNDS):
        first = WARM_UP + number * case.requests
        before = meters.cpu_seconds(server), meters.cpu_seconds(database)
        timed = client.run(portal.url, case.ask, requests=case.requests, first=first)
        spent = (
            spent[0] + meters.cpu_seconds(server) - before[0],
            spent[1] + meters.cpu_seconds(database) - before[1],
        )
        rounds.append((timed, client.run(bare.url, case.floor, requests=case.requests, first=first)))
    p50, floor = median(each.p50 for each, _floor in rounds), median(floor.p50 for _each, floor in rounds)
    p95, floor_p95 = median(each.p95 for each, _floor in rounds), median(floor.p95 for _each, floor in rounds)
    each_request = 1000 / (ROUNDS * case.requests)
    yield Figure(
        f"{case.name}: p50",
        p50 / floor,
        most=case.most,
        detail=f"{1000 * p50:.1f} ms; CPU {spent[0] * each_request:.1f} ms web, {spent[1] * each_request:.1f} ms SQL",
    )
    yield Figure(f"{case.name}: p95", p95 / floor_p95)


def _month(token: str, portal: Web, connection: Connection) -> Figure:
    """The month's lines as a file of the portal, beside the same lines by COPY."""
    path = f"{API}/billing_periods/{BUSIEST_MONTH}/export/?format=csv"
    ask = Request(path, headers=bearer(token))
    times, floors = [], []
    for _round in range(ROUNDS):
        times.append(client.run(portal.url, lambda _number: ask, requests=1).times[0])
        began = time.perf_counter()
        with connection.cursor() as cursor, Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            cursor.copy_expert(COPY.format(month=BUSIEST_MONTH), nowhere)
        floors.append(time.perf_counter() - began)
    return Figure("the month's CSV", median(times) / median(floors), most=3)


def _crowd(people: World, portal: Web, bare: Web, *, processes: int) -> Iterator[Figure]:
    """Entries a second that eight people log at once, beside the bare view's."""
    ask, floor = logging(people), floor_insert(people)
    start = 5_000 * processes  # times that the cases before have not used
    client.run(portal.url, ask, requests=WARM_UP, clients=8, first=start)
    client.run(bare.url, floor, requests=WARM_UP, clients=8)
    rates, ratios = [], []
    for number in range(ROUNDS):
        rates.append(client.run(portal.url, ask, requests=400, clients=8, first=start + 500 * (number + 1)).rate)
        ratios.append(rates[-1] / client.run(bare.url, floor, requests=400, clients=8).rate)
    yield Figure(
        f"entries a second, web processes: {processes}",
        median(ratios),
        least=0.4 if processes == WITH_BOUNDS else None,
        detail=f"{median(rates):.0f} a second",
    )


def _nothing_double(connection: Connection) -> Iterator[Figure]:
    """Entries without their share, or shares that do not make their entry whole, after all that was logged at once."""
    with connection.cursor() as cursor:
        cursor.execute(BROKEN)
        (broken,) = cursor.fetchone() or (None,)
    yield Figure("entries that are not whole", broken, unit="", most=0)


def _say(what: str) -> None:
    print(f"… {what}", flush=True)
