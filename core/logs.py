"""Logs: one line an event, key=value, with the id of the request or task it belongs to."""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

_PRIVATE_ADDRESS = re.compile(r"/(calendars|meetings)/[^/\s]+(\.ics|/)")


def hide_private_addresses(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take the secret out of a calendar's and a guest's address: who reads logs does not read calendars."""
    for name, value in event.items():
        if isinstance(value, str) and ("/calendars/" in value or "/meetings/" in value):
            event[name] = _PRIVATE_ADDRESS.sub(r"/\1/…\2", value)
    return event


foreign_pre_chain: list[Any] = [
    structlog.contextvars.merge_contextvars,
    hide_private_addresses,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

render_line = structlog.processors.LogfmtRenderer(
    key_order=["timestamp", "level", "event"], drop_missing=True, bool_as_flag=False
)


def configure() -> None:
    """Send structlog's events through the standard library's handlers."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            hide_private_addresses,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
