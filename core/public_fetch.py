"""Reading a file from an address that somebody typed, without being led into the own network.

An address is https on port 443, names no user, and every address that its name resolves to must be public. The
connection goes to one of exactly those: what the name resolves to a moment later does not matter. Redirects pass the
same checks. Neither size nor time can be stretched by the other side. Addresses are secrets (who knows a private
calendar's address reads it): they appear in no message and no log.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from threading import Event, Timer
from urllib.parse import quote, urljoin, urlsplit

from django.conf import settings

HTTPS_PORT = 443
MOST_REDIRECTS = 3
CONNECT_SECONDS = 5
ALL_IN_ALL_SECONDS = 20
LONGEST_ADDRESS = 2000
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Public by their form alone: protocol assignments, 6to4 relays, and where clouds keep their secrets.
_NOT_PUBLIC = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class Failure(StrEnum):
    """Why nothing could be read."""

    ADDRESS = "address"
    UNKNOWN_HOST = "unknown_host"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    NOT_THERE = "not_there"
    SERVER_ERROR = "server_error"
    TOO_LARGE = "too_large"


class NotFetched(Exception):
    """Nothing could be read; `failure` says why. It never carries the address."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was read. `content` is None where the server says that nothing changed since the marks it gave then."""

    content: bytes | None
    etag: str
    last_modified: str


def host_of(address: str) -> str:
    """The host of an address that may be read from, as far as that can be told without looking its name up.

    :raises NotFetched: if it may not
    """
    return _target(address).host


def fetch(address: str, *, etag: str = "", last_modified: str = "", most_bytes: int, accept: str) -> Fetched:
    """Read the file at `address`, unless it is still the one that `etag` or `last_modified` mark.

    :param most_bytes: a larger file is not read
    :raises NotFetched: if it may not or cannot be read
    """
    headers = {"Accept": accept, "Accept-Encoding": "identity", "User-Agent": "Oura-Success-Portal"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    ends_at = time.monotonic() + ALL_IN_ALL_SECONDS
    for _hop in range(MOST_REDIRECTS + 1):
        with _answer(_target(address), headers, ends_at) as answer:
            if answer.status not in REDIRECTS:
                return _read(answer, most_bytes)
            address = urljoin(address, answer.headers.get("Location", ""))
    raise NotFetched(Failure.SERVER_ERROR)


@dataclass(frozen=True, slots=True)
class _Target:
    secure: bool
    host: str
    port: int
    path: str


def _target(address: str) -> _Target:
    """Take an address apart; calendar programs write `webcal:` for https."""
    if len(address) > LONGEST_ADDRESS or "\\" in address or not address.isprintable() or " " in address:
        raise NotFetched(Failure.ADDRESS)
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        raise NotFetched(Failure.ADDRESS) from None
    near = settings.FETCH_FROM_LOOPBACK
    secure = parts.scheme in ("https", "webcal", "webcals")
    if not host or parts.username is not None or not (secure or (near and parts.scheme == "http")):
        raise NotFetched(Failure.ADDRESS)
    if port not in (None, HTTPS_PORT) and not near:
        raise NotFetched(Failure.ADDRESS)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~") + (
        f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
    )
    return _Target(secure, host, port or HTTPS_PORT, path)


_SAFE = "/?%:@!$&'()*+,;=~"


def _public_addresses(target: _Target) -> list[str]:
    """What the name resolves to, looked up once; one address that is not public spoils them all."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotFetched(Failure.UNKNOWN_HOST) from None
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    if not addresses:
        raise NotFetched(Failure.UNKNOWN_HOST)
    if not all(_may_be_asked(ipaddress.ip_address(each)) for each in addresses):
        raise NotFetched(Failure.ADDRESS)
    return addresses


def _may_be_asked(address: IpAddress) -> bool:
    if settings.FETCH_FROM_LOOPBACK and address.is_loopback:
        return True
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or _behind_nat64(address)
        if inner is not None:
            return _may_be_asked(inner)
        if address.teredo is not None or address.scope_id is not None or address.is_site_local:
            return False
    if any(address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _behind_nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else None


class _PinnedConnection(http.client.HTTPConnection):
    """Connects to one of these addresses and nothing else; the certificate must be that of the host all the same."""

    def __init__(self, target: _Target, addresses: Sequence[str]) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT_SECONDS)
        self.default_port = HTTPS_PORT if target.secure else http.client.HTTP_PORT
        self._addresses = addresses
        self._secure = target.secure
        # Kept beside `sock`, which http.client lets go of while an answer is still being read.
        self._wire: socket.socket | None = None

    def connect(self) -> None:
        self.sock = self._wire = self._reach_one()
        if self._secure:
            secured = ssl.create_default_context().wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock = self._wire = secured
            secured.do_handshake()

    def _reach_one(self) -> socket.socket:
        for address in self._addresses[:-1]:
            with suppress(OSError):
                return socket.create_connection((address, self.port), CONNECT_SECONDS)
        return socket.create_connection((self._addresses[-1], self.port), CONNECT_SECONDS)

    def cut(self) -> None:
        """End whatever the other side still does."""
        if self._wire is not None:
            with suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)


@contextmanager
def _answer(target: _Target, headers: Mapping[str, str], ends_at: float) -> Iterator[http.client.HTTPResponse]:
    """Ask, and give the answer as long as there is time: a server that drips is cut off."""
    over = Event()
    connection = _PinnedConnection(target, _public_addresses(target))

    def cut_off() -> None:
        over.set()
        connection.cut()

    timer = Timer(max(0.0, ends_at - time.monotonic()), cut_off)
    timer.daemon = True
    timer.start()
    try:
        connection.request("GET", target.path, headers=dict(headers))
        with closing(connection.getresponse()) as answer:
            yield answer
    except (OSError, http.client.HTTPException, ValueError):
        raise NotFetched(Failure.UNREACHABLE) from None
    finally:
        timer.cancel()
        connection.close()
    if over.is_set():
        raise NotFetched(Failure.UNREACHABLE)


def _read(answer: http.client.HTTPResponse, most_bytes: int) -> Fetched:
    etag, last_modified = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
    match answer.status:
        case http.client.NOT_MODIFIED:
            return Fetched(None, etag, last_modified)
        case http.client.OK:
            content = answer.read(most_bytes + 1)
            if len(content) > most_bytes:
                raise NotFetched(Failure.TOO_LARGE)
            return Fetched(content, etag, last_modified)
        case http.client.NOT_FOUND | http.client.GONE:
            raise NotFetched(Failure.NOT_THERE)
        case status if http.client.BAD_REQUEST <= status < http.client.INTERNAL_SERVER_ERROR:
            raise NotFetched(Failure.REFUSED)
        case _:
            raise NotFetched(Failure.SERVER_ERROR)
