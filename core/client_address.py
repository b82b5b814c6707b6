"""From where a request came, believing exactly as many proxies as are ours (RELIABILITY 11)."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The client's IP address; None where nothing trustworthy names one.

    With `TRUSTED_PROXY_COUNT` proxies before the portal, the address stands that many places from the end of
    `X-Forwarded-For`; what a client writes in front of it is not believed.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    proxies: int = settings.TRUSTED_PROXY_COUNT
    named = hops[-proxies] if 0 < proxies <= len(hops) else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ip_address(named))
    except ValueError:
        return None
