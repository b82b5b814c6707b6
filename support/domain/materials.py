"""The library of materials: who sees what, new versions, withdrawing (DOMAIN.md §3, §12)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_
from typing import IO

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from core.audit import record
from core.private_files import name_by_content, private_files
from core.refusals import NotAllowed
from core.uploads import Upload
from customers.domain.roles import Right, is_staff, memberships_of, rights_of
from customers.models import User
from packages.models import Contract, Package
from sessions.models import ConsultingSession
from support.domain.files import CheckedFile, check_files
from support.models import Material, MaterialVersion

FOLDER = "materials"
ENDINGS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/heic": "heic",
    "text/csv": "csv",
}


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is said of a material. No session types or no packages: it is for all of them."""

    title: str
    about: str
    language: str
    session_types: Sequence[str]
    packages: Sequence[Package]


def materials_visible_to(user: User) -> QuerySet[Material]:
    """The materials that `user` may have: staff all, customers what a contract of theirs gives them.

    A contract gives what is for its package and for a session type that is not switched off on it. What was withdrawn
    is seen by staff alone.
    """
    materials = Material.objects.filter(current__isnull=False).select_related("current")
    if is_staff(user):
        return materials
    theirs = Contract.objects.filter(customer__in=list(memberships_of(user)), voided_at=None)
    return materials.filter(_given_by(theirs), withdrawn_at=None)


def materials_of_session(user: User, session: ConsultingSession, *, language: str) -> QuerySet[Material]:
    """What of it is for this session: for its type and its contract's package; `language` first."""
    contracts = Contract.objects.filter(pk=session.contract_id)
    first = Case(When(language=language, then=Value(0)), default=Value(1))
    of_type = materials_visible_to(user).filter(session_types__contains=[session.session_type], withdrawn_at=None)
    return of_type.filter(_given_by(contracts)).order_by(first, "title", "pk")


def matching(materials: QuerySet[Material], words: Iterable[str]) -> QuerySet[Material]:
    """Those in whose title, purpose or file name every one of `words` occurs; capitals and accents do not count."""
    conditions = (
        Q(title__unaccent__icontains=word)
        | Q(about__unaccent__icontains=word)
        | Q(current__name__unaccent__icontains=word)
        for word in words
    )
    return materials.filter(reduce(and_, conditions, Q()))


def versions_visible_to(user: User) -> QuerySet[MaterialVersion]:
    """The files that `user` may have: of what they see, staff every version and customers the current one."""
    seen = materials_visible_to(user)
    if is_staff(user):
        return MaterialVersion.objects.filter(material__in=seen)
    return MaterialVersion.objects.filter(pk__in=seen.values("current"))


def may_keep_materials(user: User) -> bool:
    """Delivery staff and operations keep the library."""
    return Right.KEEP_MATERIALS in rights_of(user)


@transaction.atomic
def add_material(*, particulars: Particulars, upload: Upload, by: User, now: datetime) -> Material:
    """Put a new material with its first file into the library.

    :raises NotAllowed: if `by` does not keep the library
    :raises InvalidInput: on `files`, if the file is empty, too large or of a type that is not taken
    """
    _check_right(by)
    checked = _checked(upload)
    material = Material.objects.create(
        title=particulars.title,
        about=particulars.about,
        language=particulars.language,
        session_types=list(particulars.session_types),
    )
    material.packages.set(particulars.packages)
    _add_version(material, checked, number=1, note="", by=by, now=now)
    return material


@transaction.atomic
def replace_file(*, material: Material, upload: Upload, note: str, by: User, now: datetime) -> MaterialVersion:
    """Give readers a new version of the file; the earlier ones stay for staff.

    :raises NotAllowed, InvalidInput: as `add_material`
    """
    _check_right(by)
    checked = _checked(upload)
    locked = Material.objects.select_for_update(no_key=True).get(pk=material.pk)
    return _add_version(locked, checked, number=locked.versions.count() + 1, note=note, by=by, now=now)


@transaction.atomic
def describe(*, material: Material, particulars: Particulars, by: User, now: datetime) -> None:
    """Say anew what a material is and for whom; the audit trail keeps what was said before.

    :raises NotAllowed: if `by` does not keep the library
    """
    _check_right(by)
    locked = Material.objects.select_for_update(no_key=True).get(pk=material.pk)
    before = {"title": locked.title, "language": locked.language, "session_types": locked.session_types}
    locked.title, locked.about = particulars.title, particulars.about
    locked.language, locked.session_types = particulars.language, list(particulars.session_types)
    locked.save(update_fields=["title", "about", "language", "session_types"])
    locked.packages.set(particulars.packages)
    record(verb="material.describe", of=[(locked, {"before": before})], by=by, now=now)


@transaction.atomic
def withdraw(*, material: Material, by: User, now: datetime) -> None:
    """Take a material from readers; staff keep seeing it. Withdrawing it again changes nothing.

    :raises NotAllowed: if `by` does not keep the library
    """
    _check_right(by)
    if Material.objects.filter(pk=material.pk, withdrawn_at=None).update(withdrawn_at=now, withdrawn_by=by):
        record(verb="material.withdraw", of=[(material, {})], by=by, now=now)


@transaction.atomic
def give_back(*, material: Material, by: User, now: datetime) -> None:
    """Let readers have a withdrawn material again.

    :raises NotAllowed: if `by` does not keep the library
    """
    _check_right(by)
    taken = Material.objects.filter(pk=material.pk, withdrawn_at__isnull=False)
    if taken.update(withdrawn_at=None, withdrawn_by=None):
        record(verb="material.give_back", of=[(material, {})], by=by, now=now)


def open_version(version: MaterialVersion) -> IO[bytes]:
    """The bytes of a version, for a door that has made sure that its reader may have them."""
    return private_files().open(version.stored_as, "rb")


def _given_by(contracts: QuerySet[Contract]) -> Q:
    """The condition that one of `contracts` gives a material to its customer."""
    of_package = Q(package_version__package__materials=OuterRef("pk"))
    of_type = ~Q(types_switched_off__contains=OuterRef("session_types"))
    for_every_package = ~Exists(Material.packages.through.objects.filter(material=OuterRef("pk")))
    for_every_type = Q(session_types=[])
    return (
        (for_every_package & for_every_type & Exists(contracts))
        | (for_every_package & ~for_every_type & Exists(contracts.filter(of_type)))
        | (for_every_type & Exists(contracts.filter(of_package)))
        | Exists(contracts.filter(of_package, of_type))
    )


def _check_right(by: User) -> None:
    if not may_keep_materials(by):
        raise NotAllowed(_("Materials are kept by the delivery team and operations."))


def _checked(upload: Upload) -> CheckedFile:
    (checked,) = check_files([upload])
    return checked


def _add_version(
    material: Material, checked: CheckedFile, *, number: int, note: str, by: User, now: datetime
) -> MaterialVersion:
    """Store the file under its hash, then say that it is there: a file that nothing names harms nobody."""
    checked.upload.seek(0)
    name = name_by_content(FOLDER, checked.sha256, ENDINGS.get(checked.media_type, "txt"))
    version = MaterialVersion.objects.create(
        material=material,
        number=number,
        stored_as=private_files().save(name, checked.upload),
        name=checked.name,
        media_type=checked.media_type,
        size=checked.size,
        sha256=checked.sha256,
        note=note,
        uploaded_at=now,
        uploaded_by=by,
    )
    Material.objects.filter(pk=material.pk).update(current=version)
    material.current = version
    return version
