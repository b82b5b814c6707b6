"""Reading from typed addresses: nothing leads into the own network, nothing hangs, nothing floods."""

import socket
import ssl
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pytest_django import Settings

from core import public_fetch
from core.public_fetch import Failure, Fetched, NotFetched, fetch, host_of

MOST = 1000
Answer = tuple[int, dict[str, str], bytes]


def read(address: str, **marks: str) -> Fetched:
    return fetch(address, most_bytes=MOST, accept="text/calendar", **marks)


def refused(address: str, **marks: str) -> Failure:
    with pytest.raises(NotFetched) as why:
        read(address, **marks)
    return why.value.failure


@dataclass
class Network:
    """What names resolve to, answer by answer, and which addresses were connected to."""

    answers: dict[str, list[list[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)

    def getaddrinfo(self, host: str, port: int, **_kind: Any) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        answers = self.answers.get(host)
        if answers is None:
            raise socket.gaierror("unknown")
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    def create_connection(self, address: tuple[str, int], timeout: float) -> socket.socket:
        self.connected.append(address)
        raise ConnectionRefusedError


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    made = Network()
    monkeypatch.setattr(socket, "getaddrinfo", made.getaddrinfo)
    monkeypatch.setattr(socket, "create_connection", made.create_connection)
    return made


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "http://calendar.example/a.ics",
            "ftp://calendar.example/a.ics",
            "file:///etc/passwd",
            "gopher://calendar.example/",
            "//calendar.example/a.ics",
            "calendar.example/a.ics",
            "https:///a.ics",
            "https://",
            "",
            "https://me:secret@calendar.example/a.ics",
            "https://me@calendar.example/a.ics",
            "https://calendar.example:22/a.ics",
            "https://calendar.example:8443/a.ics",
            "https://calendar.example:99999/a.ics",
            "https://calendar.example:port/a.ics",
            "https://calendar.example\\@10.0.0.1/a.ics",
            "https://calendar.example/a b.ics",
            "https://calendar.example/a\r\nHost: internal",
            "https://calendar.example/a\x00.ics",
            "https://calendar.example\t.internal/",
            "https://[::1/a.ics",
            f"https://{'a' * 64}.example/",
            "https://calendar.example/" + "a" * 2000,
        ],
    )
    def test_that_are_no_plain_public_https_are_not_looked_up(self, network: Network, address: str) -> None:
        network.answers["calendar.example"] = [["93.184.216.34"]]
        assert refused(address) is Failure.ADDRESS
        assert (network.asked, network.connected) == ([], [])

    @pytest.mark.parametrize(
        "address", ["https://calendar.example/a.ics", "webcal://calendar.example/a.ics", "https://calendar.example:443"]
    )
    def test_of_calendars_are_read_by_https(self, network: Network, address: str) -> None:
        network.answers["calendar.example"] = [["93.184.216.34"]]
        assert host_of(address) == "calendar.example"
        assert refused(address) is Failure.UNREACHABLE
        assert network.connected == [("93.184.216.34", 443)]

    def test_unknown_ones_say_so(self, network: Network) -> None:
        assert refused("https://nowhere.example/a.ics") is Failure.UNKNOWN_HOST


class TestResolvedAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "127.8.8.8",
            "0.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.254",
            "192.168.1.1",
            "169.254.169.254",
            "169.254.170.2",
            "100.64.0.1",
            "100.100.100.200",
            "192.0.0.192",
            "168.63.129.16",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "2002:a00:1::",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fe80::1%eth0",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
        ],
    )
    def test_in_the_own_network_are_not_connected_to(self, network: Network, address: str) -> None:
        network.answers["innocent.example"] = [[address]]
        assert refused("https://innocent.example/a.ics") is Failure.ADDRESS
        assert network.connected == []

    def test_one_of_them_spoils_the_others(self, network: Network) -> None:
        network.answers["innocent.example"] = [["93.184.216.34", "10.0.0.1"]]
        assert refused("https://innocent.example/a.ics") is Failure.ADDRESS
        assert network.connected == []

    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "localhost"]
    )
    def test_however_this_machine_is_written(self, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
        tried: list[Any] = []
        monkeypatch.setattr(socket, "create_connection", lambda *where: tried.append(where))
        assert refused(f"https://{host}/a.ics") in (Failure.ADDRESS, Failure.UNKNOWN_HOST)
        assert tried == []

    @pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
    def test_that_are_public_are_connected_to(self, network: Network, address: str) -> None:
        network.answers["calendar.example"] = [[address]]
        assert refused("https://calendar.example/a.ics") is Failure.UNREACHABLE
        assert network.connected == [(address, 443)]

    def test_are_looked_up_once_so_that_a_changed_answer_leads_nowhere_else(self, network: Network) -> None:
        network.answers["rebinding.example"] = [["93.184.216.34"], ["127.0.0.1"]]
        assert refused("https://rebinding.example/a.ics") is Failure.UNREACHABLE
        assert network.asked == ["rebinding.example"]
        assert network.connected == [("93.184.216.34", 443)]
        assert refused("https://rebinding.example/a.ics") is Failure.ADDRESS
        assert len(network.connected) == 1

    def test_the_next_one_is_tried_where_the_first_does_not_answer(self, network: Network) -> None:
        network.answers["calendar.example"] = [["2606:2800:220:1:248:1893:25c8:1946", "93.184.216.34"]]
        refused("https://calendar.example/a.ics")
        assert [address for address, _port in network.connected] == [
            "2606:2800:220:1:248:1893:25c8:1946",
            "93.184.216.34",
        ]


@dataclass
class Server:
    """A server on this machine that answers each path as it was told, and what it was asked."""

    root: str
    answers: dict[str, Answer | Callable[[BaseHTTPRequestHandler], None]]
    asked: list[tuple[str, dict[str, str]]]


@pytest.fixture
def server(settings: Settings) -> Generator[Server]:
    settings.FETCH_FROM_LOOPBACK = True
    answers: dict[str, Answer | Callable[[BaseHTTPRequestHandler], None]] = {}
    asked: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers.items())))
            answer = answers.get(self.path, (404, {}, b""))
            if callable(answer):
                answer(self)
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_line: Any) -> None:
            """Silent."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield Server(f"http://127.0.0.1:{running.server_address[1]}", answers, asked)
    running.shutdown()
    running.server_close()
    thread.join()


class TestAnswers:
    def test_are_read_with_their_marks(self, server: Server) -> None:
        server.answers["/a.ics?key=s%20ecret"] = (200, {"ETag": '"1"', "Last-Modified": "Mon, 02 Mar 2026"}, b"BEGIN")
        assert read(f"{server.root}/a.ics?key=s%20ecret") == Fetched(b"BEGIN", '"1"', "Mon, 02 Mar 2026")
        assert "Authorization" not in server.asked[0][1]

    def test_unchanged_ones_are_not_sent_again(self, server: Server) -> None:
        server.answers["/a.ics"] = (304, {"ETag": '"1"'}, b"")
        marks = {"etag": '"1"', "last_modified": "Mon, 02 Mar 2026"}
        assert read(f"{server.root}/a.ics", **marks).content is None
        headers = server.asked[0][1]
        assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('"1"', "Mon, 02 Mar 2026")

    def test_marks_that_would_smuggle_a_header_send_nothing(self, server: Server) -> None:
        assert refused(f"{server.root}/a.ics", etag='"1"\r\nX-Evil: 1') is Failure.UNREACHABLE
        assert server.asked == []

    @pytest.mark.parametrize(
        ("status", "failure"),
        [
            (401, Failure.REFUSED),
            (403, Failure.REFUSED),
            (429, Failure.REFUSED),
            (404, Failure.NOT_THERE),
            (410, Failure.NOT_THERE),
            (500, Failure.SERVER_ERROR),
            (503, Failure.SERVER_ERROR),
            (204, Failure.SERVER_ERROR),
        ],
    )
    def test_that_are_no_file_say_why(self, server: Server, status: int, failure: Failure) -> None:
        server.answers["/a.ics"] = (status, {}, b"")
        assert refused(f"{server.root}/a.ics") is failure

    def test_up_to_the_limit_are_read_and_no_byte_more(self, server: Server) -> None:
        server.answers["/fits"] = (200, {}, b"x" * MOST)
        server.answers["/large"] = (200, {}, b"x" * (MOST + 1))
        assert read(f"{server.root}/fits").content == b"x" * MOST
        assert refused(f"{server.root}/large") is Failure.TOO_LARGE

    def test_that_never_end_are_not_read_to_the_end(self, server: Server) -> None:
        def endless(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.end_headers()
            try:
                while True:
                    handler.wfile.write(b"x" * 1000)
            except OSError:
                return

        server.answers["/endless"] = endless
        assert refused(f"{server.root}/endless") is Failure.TOO_LARGE

    def test_that_drip_are_cut_off(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(public_fetch, "ALL_IN_ALL_SECONDS", 0.2)
        gone = threading.Event()

        def drip(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.end_headers()
            try:
                while not gone.wait(0.02):
                    handler.wfile.write(b"x")
                    handler.wfile.flush()
            except OSError:
                return

        server.answers["/drip"] = drip
        assert refused(f"{server.root}/drip") is Failure.UNREACHABLE
        gone.set()

    def test_of_something_else_than_http_are_refused(self, server: Server) -> None:
        def speak_smtp(handler: BaseHTTPRequestHandler) -> None:
            handler.wfile.write(b"220 smtp ready\r\n")

        server.answers["/garbage"] = speak_smtp
        assert refused(f"{server.root}/garbage") is Failure.UNREACHABLE


class TestRedirects:
    def test_are_followed(self, server: Server) -> None:
        server.answers["/old"] = (302, {"Location": "/new"}, b"")
        server.answers["/new"] = (200, {}, b"BEGIN")
        assert read(f"{server.root}/old").content == b"BEGIN"

    def test_in_circles_end(self, server: Server) -> None:
        server.answers["/round"] = (302, {"Location": "/round"}, b"")
        assert refused(f"{server.root}/round") is Failure.SERVER_ERROR
        assert len(server.asked) == public_fetch.MOST_REDIRECTS + 1

    @pytest.mark.parametrize(
        "where",
        [
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::ffff:10.0.0.1]/",
            "https://me:secret@93.184.216.34/",
            "file:///etc/passwd",
            "gopher://10.0.0.1/",
        ],
    )
    def test_into_the_own_network_are_refused(self, server: Server, where: str) -> None:
        server.answers["/old"] = (302, {"Location": where}, b"")
        assert refused(f"{server.root}/old") is Failure.ADDRESS

    def test_to_this_machine_are_refused_outside_the_tests(self, network: Network, settings: Settings) -> None:
        settings.FETCH_FROM_LOOPBACK = False
        network.answers["127.0.0.1"] = [["127.0.0.1"]]
        assert refused("https://127.0.0.1/") is Failure.ADDRESS
        assert network.connected == []


def test_a_server_without_a_certificate_of_its_name_is_not_read(server: Server) -> None:
    with pytest.raises(NotFetched) as why:
        read(server.root.replace("http://", "https://"))
    assert why.value.failure is Failure.UNREACHABLE
    assert ssl.create_default_context().check_hostname
    assert server.asked == []


def test_no_failure_tells_the_address() -> None:
    with pytest.raises(NotFetched) as why:
        read("https://calendar.example/private-secret.ics\n")
    assert "secret" not in f"{why.value!r} {why.value.__cause__!r}"
