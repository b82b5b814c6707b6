"""The one way in which a rule says no: a named refusal with a sentence that the person understands."""

from collections.abc import Iterable
from typing import Any, ClassVar


class Refusal(Exception):
    """A rule refused an act; nothing was written.

    Every refusal of the product is a subclass with the `code` of the API (spec: `docs/architecture.md`) and a
    `message` in the reader's language. `facts` are JSON-ready particulars that the doors may show beside it.
    """

    code: ClassVar[str] = "invalid"

    def __init__(self, message: Any, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts

    def __str__(self) -> str:
        return str(self.message)


class InvalidInput(Refusal):
    """The input has a fault that belongs to one field, named by `field`."""

    code = "invalid"

    def __init__(self, message: Any, *, field: str, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.field = field


class NotAllowed(Refusal):
    """The person sees the object but may not do this to it."""

    code = "not_allowed"


def refuse_first(faults: Iterable[Refusal]) -> None:
    """Refuse with the first of `faults`, if there is any: for rules that can also list all of them."""
    for fault in faults:
        raise fault
