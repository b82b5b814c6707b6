"""The forms of a page as a browser reads them, and what a person would plausibly put into them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

NOT_SWEPT = frozenset({"csrfmiddlewaretoken", "submit_key"})
"""Tokens of the frame, which have their own tests."""
SILENT = frozenset({"submit", "button", "reset", "image"})

PLAUSIBLE_KIND = {
    "email": "somebody.new@acme.example",
    "url": "https://example.com/",
    "date": "2026-03-20",
    "time": "10:00",
    "datetime-local": "2026-03-20T10:00",
    "month": "2026-03",
    "number": "30",
    "password": "correct-horse-battery",
}
PLAUSIBLE_NAME = {"minutes": "0:30", "hourly_rate": "99.00", "valid_from": "2026-04-01"}
PLAUSIBLE_TEXT = "Plain words"


@dataclass
class Field:
    """A control or a group of controls of one name."""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)
    lowest: str = ""
    required: bool = False

    @property
    def plausible(self) -> list[str]:
        """What somebody would send: what stands there, else something that fits."""
        match self.kind:
            case "select" | "radio" | "button":
                return self.chosen[:1] or [option for option in self.options if option][:1]
            case "checkbox":
                return self.chosen or self.options[:1]
            case "hidden":
                return [self.value]
            case "file":
                return []
        fitting = PLAUSIBLE_NAME.get(self.name) or self.lowest or PLAUSIBLE_KIND.get(self.kind, PLAUSIBLE_TEXT)
        return [self.value or fitting]


@dataclass
class Form:
    """A form: where it goes, how, its fields by name; a button that has a value is one more choice."""

    action: str
    method: str
    fields: dict[str, Field] = field(default_factory=dict)
    buttons: dict[str, Field] = field(default_factory=dict)
    has_plain_button: bool = False

    @property
    def shape(self) -> tuple[str, str, tuple[str, ...]]:
        """What makes it the same form on another page: its address without numbers, and its fields."""
        path = "/".join("#" if part.isdigit() else part for part in urlsplit(self.action).path.split("/"))
        return self.method, path, tuple(sorted(name.strip("0123456789") for name in self.all_fields))

    def filled(self) -> dict[str, list[str]]:
        """Everything that a person would send."""
        return {name: each.plausible for name, each in self.all_fields.items()}

    @property
    def all_fields(self) -> dict[str, Field]:
        """The fields, and the buttons where no plain one sends the form: they are what is chosen then."""
        return self.fields if self.has_plain_button else self.fields | self.buttons


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._by_id: dict[str, Form] = {}
        self._open: Form | None = None
        self._select: Field | None = None
        self._textarea: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "a" if given.get("href"):
                self.links.append(urljoin(self.address, given["href"]))
            case "form":
                action = urljoin(self.address, given.get("action") or self.address)
                self._open = Form(action, given.get("method", "get").lower())
                self.forms.append(self._open)
                self._by_id[given.get("id", "")] = self._open
            case "input" | "select" | "textarea" | "button":
                self._control(tag, given)
            case "option" if self._select is not None:
                self._option(given)

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "form":
                self._open = None
            case "select":
                self._select = None
            case "textarea":
                self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self._textarea.value += data.removeprefix("\n")

    def _control(self, tag: str, given: dict[str, str]) -> None:
        form = self._by_id.get(given["form"]) if "form" in given else self._open
        name, kind = given.get("name", ""), given.get("type", "text") if tag == "input" else tag
        if form is None or "disabled" in given or name in NOT_SWEPT:
            return
        if tag == "button" or kind in SILENT:
            self._button(form, given)
            return
        if not name:
            return
        control = form.fields.setdefault(name, Field(name, kind, lowest=given.get("min", "")))
        control.required |= "required" in given
        if kind in {"checkbox", "radio"}:
            control.options.append(given.get("value", "on"))
            if "checked" in given:
                control.chosen.append(given.get("value", "on"))
        elif tag == "select":
            self._select = control
        elif tag == "textarea":
            self._textarea = control
        else:
            control.value = given.get("value", "")

    def _button(self, form: Form, given: dict[str, str]) -> None:
        if given.get("type", "submit") != "submit":
            return
        if name := given.get("name"):
            button = form.buttons.setdefault(name, Field(name, "button"))
            button.options.append(given.get("value", ""))
            if "button-primary" in given.get("class", ""):
                button.chosen.append(given.get("value", ""))
        else:
            form.has_plain_button = True

    def _option(self, given: dict[str, str]) -> None:
        assert self._select is not None
        self._select.options.append(given.get("value", ""))
        if "selected" in given:
            self._select.chosen.append(given.get("value", ""))


def read(html: str, address: str) -> tuple[list[Form], list[str]]:
    """The forms of a page at `address`, and where its links lead."""
    reader = _Reader(address)
    reader.feed(html)
    return reader.forms, reader.links


def with_value(form: Form, name: str, value: list[str]) -> Iterator[tuple[str, str]]:
    """What is sent when one field holds `value` and the others what they plausibly do."""
    for each, values in (form.filled() | {name: value}).items():
        yield from ((each, one) for one in values)
