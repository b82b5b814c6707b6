"""A client of the API as another system would be one: a token, JSON, nothing else."""

import json
from collections.abc import Collection
from typing import Any, Self

from django.test import Client
from django.utils import timezone

from customers.domain.tokens import EVERY_SCOPE, issue_token
from customers.models import User

V1 = "/api/v1"


class Answer:
    """What came back: `status`, `body` (parsed where it is JSON), `headers`."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers = response.headers
        self.content: bytes = b"".join(response.streaming_content) if response.streaming else response.content
        is_json = self.content and "json" in response.headers.get("Content-Type", "")
        self.body: Any = json.loads(self.content) if is_json else None

    @property
    def code(self) -> str:
        """The problem's code."""
        assert self.headers["Content-Type"] == "application/problem+json", self.content
        assert self.body["status"] == self.status
        return str(self.body["code"])

    @property
    def results(self) -> Any:
        """The rows of a page."""
        assert self.status == 200, self.content
        return self.body["results"]

    @property
    def pointers(self) -> dict[str, str]:
        """What is wrong with the input: its pointers, with their codes."""
        assert (self.status, self.code) == (400, "invalid"), self.content
        return {error["pointer"]: error["code"] for error in self.body["errors"]}


class Caller:
    """Calls paths below `/api/v1` with a person's token (or without one)."""

    def __init__(self, token: str | None) -> None:
        self.token = token
        self.client = Client(raise_request_exception=False)

    @classmethod
    def of(cls, person: User, *, scopes: Collection[str] = EVERY_SCOPE) -> Self:
        """With a new token of `person`."""
        _row, token = issue_token(person=person, name="Test", scopes=scopes, now=timezone.now())
        return cls(token)

    def get(self, path: str, **parameters: Any) -> Answer:
        """GET with parameters; a name that is a word of the language may end with an underscore."""
        query = {name.removesuffix("_"): value for name, value in parameters.items()}
        return Answer(self.client.get(self._address(path), query, headers=self._headers()))

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Answer:
        """POST JSON, with an Idempotency-Key if one is named."""
        return self.post_raw(path, json.dumps({} if body is None else body).encode(), key=key)

    def post_raw(
        self, path: str, body: bytes, *, key: str | None = None, content_type: str = "application/json"
    ) -> Answer:
        """POST any bytes."""
        headers = self._headers() | ({"Idempotency-Key": key} if key is not None else {})
        return Answer(self.client.post(self._address(path), body, content_type=content_type, headers=headers))

    def call(self, method: str, path: str) -> Answer:
        """Any method, without a body."""
        return Answer(self.client.generic(method, self._address(path), headers=self._headers()))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token is not None else {}

    @staticmethod
    def _address(path: str) -> str:
        return path if path.startswith(("http://", "/api/")) else V1 + path
