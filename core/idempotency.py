"""A POST that is sent again with its key acts once and is answered alike (API.md)."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core import faults
from core.models import IdempotencyKey
from core.refusals import InvalidInput, Refusal

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
KEPT_FOR = timedelta(hours=24)
SERVER_ERRORS = 500
_NOT_KEPT = frozenset({401, 429})
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]{1,255}")


class KeyReused(Refusal):
    """The key belongs to another request of the same person."""

    code = "idempotency_key_reused"


class InProgress(Refusal):
    """The first request with this key has not been answered yet."""

    code = "idempotency_in_progress"


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """Whose request it is, its key, and the fingerprint by which it is known again."""

    person: AbstractBaseUser
    key: str
    fingerprint: str

    @classmethod
    def of(cls, request: HttpRequest, *, person: AbstractBaseUser) -> Self | None:
        """The keyed request, or None where no key was sent.

        :raises InvalidInput: if the key is not 1–255 visible ASCII characters
        """
        key = request.headers.get(HEADER)
        if key is None:
            return None
        if not _VISIBLE_ASCII.fullmatch(key):
            raise InvalidInput(_("The Idempotency-Key is 1 to 255 visible ASCII characters."), field=HEADER)
        digest = hashlib.sha256(f"{request.method} {request.path}\n".encode(errors="surrogatepass"))
        digest.update(request.body)
        return cls(person=person, key=key, fingerprint=digest.hexdigest())


def answer_once(
    keyed: KeyedRequest | None,
    *,
    act: Callable[[], HttpResponse],
    before_replay: Callable[[], None],
    now: datetime,
) -> HttpResponse:
    """The answer of `act`, which runs in one transaction with the keeping of its answer; or the answer kept earlier.

    `act` returns refusals as answers, having rolled back what it wrote; what it raises undoes everything and is not
    kept. `before_replay` may raise: whoever lost a right since is not told again.

    :raises KeyReused: if the key came with another method, path or body
    :raises InProgress: if the first request with the key is still running
    """
    with transaction.atomic():
        if keyed is None:
            answer = act()
        else:
            _claim(keyed)
            kept = IdempotencyKey.objects.filter(person_id=keyed.person.pk, key=keyed.key).first()
            if kept is not None and kept.created_at <= now - KEPT_FOR:
                kept.delete()
                kept = None
            if kept is not None:
                return _again(kept, keyed, before_replay)
            answer = act()
            if answer.status_code < SERVER_ERRORS and answer.status_code not in _NOT_KEPT:
                _keep(answer, keyed, now)
    faults.reach("after_commit")
    return answer


def forget_old_keys(*, now: datetime) -> int:
    """Delete the answers that nobody may ask for any more; returns how many there were."""
    forgotten, _by_model = IdempotencyKey.objects.filter(created_at__lte=now - KEPT_FOR).delete()
    return forgotten


def _claim(keyed: KeyedRequest) -> None:
    """Hold the key until the transaction ends, without waiting for whoever holds it: the unique row comes last."""
    digest = hashlib.sha256(f"idempotency {keyed.person.pk} {keyed.key}".encode()).digest()
    number = int.from_bytes(digest[:8], signed=True)
    if faults.skips("lock"):
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        (claimed,) = cursor.fetchone()
    if not claimed:
        raise InProgress(_("The first request with this Idempotency-Key is still running. Ask again in a moment."))


def _again(kept: IdempotencyKey, keyed: KeyedRequest, before_replay: Callable[[], None]) -> HttpResponse:
    if kept.fingerprint != keyed.fingerprint:
        raise KeyReused(_("This Idempotency-Key was used for another request. Take a new key for a new request."))
    before_replay()
    return HttpResponse(
        kept.body, status=kept.status, content_type=kept.content_type, headers={REPLAYED_HEADER: "true"}
    )


def _keep(answer: HttpResponse, keyed: KeyedRequest, now: datetime) -> None:
    IdempotencyKey.objects.create(
        person_id=keyed.person.pk,
        key=keyed.key,
        fingerprint=keyed.fingerprint,
        created_at=now,
        status=answer.status_code,
        body=answer.content.decode(),
        content_type=answer.headers.get("Content-Type", ""),
    )
