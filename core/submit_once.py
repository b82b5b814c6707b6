"""A form that is sent twice acts once: its page carries a key, and where the first sending led is kept.

The key's lock is taken before any other and is waited for only by requests that hold nothing yet, so it stands outside
the order of docs/adr/0003: whoever holds it waits for contracts, and nobody who holds a contract waits for it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _

from core import faults
from core.idempotency import KEPT_FOR
from core.models import IdempotencyKey

FIELD = "submit_key"
CSRF_FIELD = "csrfmiddlewaretoken"
_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LED_ON = range(300, 400)

Answer = TypeVar("Answer", bound=HttpResponseBase)


def answer_form_once(
    request: HttpRequest, *, person: AbstractBaseUser, act: Callable[[], Answer], now: datetime
) -> Answer | HttpResponseRedirect:
    """The answer of `act`; or the way on that an earlier sending of the same content from the same page led to.

    `act` runs in one transaction with the keeping of where it led. A form that came back with mistakes led nowhere and
    is sent again with the same key; other content is another intention. Without a key `act` runs as it is.
    """
    key = _key_of(request)
    if key is None:
        return act()
    with transaction.atomic():
        _wait_for(person, key)
        kept = IdempotencyKey.objects.filter(person_id=person.pk, key=key, created_at__gt=now - KEPT_FOR).first()
        if kept is not None:
            messages.info(request, _("This was sent twice. It was done once."))
            return HttpResponseRedirect(kept.body)
        answer = act()
        if answer.status_code in LED_ON:
            _keep(answer, person, key, now)
    faults.reach("after_commit")
    return answer


def _key_of(request: HttpRequest) -> str | None:
    """The page's key together with what was sent: no key of the API looks like it."""
    page = request.POST.get(FIELD, "")
    if request.method != "POST" or not _KEY.fullmatch(page):
        return None
    digest = hashlib.sha256()
    for part in _content_of(request):
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return f"form {page} {digest.hexdigest()}"


def _content_of(request: HttpRequest) -> Iterator[bytes]:
    yield request.get_full_path().encode(errors="surrogatepass")
    for name, values in sorted(request.POST.lists()):
        if name not in {CSRF_FIELD, FIELD}:
            yield from (text.encode(errors="surrogatepass") for text in (name, *values))
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            yield from (name.encode(errors="surrogatepass"), str(file.name).encode(errors="surrogatepass"), _hash(file))


def _hash(file: UploadedFile[bytes]) -> bytes:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.digest()


def _wait_for(person: AbstractBaseUser, key: str) -> None:
    """Hold the key until the transaction ends: the second of two clicks waits for what the first one does."""
    if faults.skips("lock"):
        return
    digest = hashlib.sha256(f"{person.pk} {key}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], signed=True)])


def _keep(answer: HttpResponseBase, person: AbstractBaseUser, key: str, now: datetime) -> None:
    IdempotencyKey.objects.filter(person_id=person.pk, key=key).delete()
    IdempotencyKey.objects.create(
        person_id=person.pk,
        key=key,
        fingerprint=key[-64:],
        created_at=now,
        status=answer.status_code,
        body=answer.headers["Location"],
        content_type="",
    )
