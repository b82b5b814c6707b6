"""The library of materials: who has what, versions, withdrawing, and files that do nothing (DOMAIN.md §3, §12)."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from core.private_files import private_files
from core.refusals import InvalidInput, NotAllowed
from core.uploads import MOST_BYTES
from customers.models import User
from sessions.models import ConsultingSession
from support.domain.materials import (
    give_back,
    materials_of_session,
    materials_visible_to,
    open_version,
    replace_file,
    versions_visible_to,
    withdraw,
)
from support.models import Material, MaterialVersion
from tests.factories import (
    NOW,
    aino,
    booked,
    giulia,
    globex,
    hanna,
    launch_kit,
    luca,
    marta,
    pekka,
    premium,
    sofia,
    with_terms_accepted,
)
from tests.support.examples import file, handed_out

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj\n"


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def titles(person: User) -> list[str]:
    return sorted(materials_visible_to(person).values_list("title", flat=True))


def handed(person: User, material: Material) -> Any:
    """The answer with the file in it, read to its end."""
    answer: Any = signed_in(person).get(reverse("support:material-file", args=[material.pk]))
    assert answer.status_code == 200
    answer.read = b"".join(answer.streaming_content)
    return answer


class TestWhoHasWhat:
    def test_customers_have_what_their_packages_and_types_give_them(self) -> None:
        launch_kit(types_switched_off=["software-training"])
        handed_out("For all")
        handed_out("Launch", packages=["launch-kit"])
        handed_out("Premium", packages=["premium"])
        handed_out("Sizing", types=["operations"])
        handed_out("Software", types=["software-training"])
        handed_out("Both", types=["software-training", "operations"], packages=["launch-kit"])
        assert titles(marta()) == titles(luca()) == ["Both", "For all", "Launch", "Sizing"]

    def test_each_contract_gives_for_itself(self) -> None:
        launch_kit(types_switched_off=["software-training"])
        premium()
        handed_out("Launch software", types=["software-training"], packages=["launch-kit"])
        handed_out("Premium software", types=["software-training"], packages=["premium"])
        assert titles(marta()) == ["Premium software"]

    def test_another_customers_package_gives_nothing(self) -> None:
        launch_kit()
        premium(globex(), dedicated=aino())
        material = handed_out("Premium", packages=["premium"])
        assert titles(hanna()) == ["Premium"]
        assert titles(marta()) == []
        client = signed_in(marta())
        for name in ("support:material", "support:material-file"):
            assert client.get(reverse(name, args=[material.pk])).status_code == 404
        assert "Premium" not in client.get(reverse("support:materials")).content.decode()

    def test_without_a_contract_there_is_nothing_and_a_void_one_gives_nothing(self) -> None:
        handed_out("For all")
        assert titles(marta()) == []
        contract = launch_kit()
        assert titles(marta()) == ["For all"]
        contract.voided_at, contract.voided_by = NOW, sofia()
        contract.save(update_fields=["voided_at", "voided_by"])
        assert titles(marta()) == []

    @pytest.mark.parametrize("person", [giulia, sofia, pekka])
    def test_staff_have_all(self, person: Any) -> None:
        handed_out("Premium", packages=["premium"])
        assert titles(person()) == ["Premium"]

    def test_a_sessions_page_hands_out_what_is_for_it(self) -> None:
        contract = with_terms_accepted(launch_kit())
        session: ConsultingSession = booked(contract, "operations", 60, "2026-03-12 10:00")
        handed_out("Sizing", types=["operations"])
        handed_out("Ordering", types=["operations"], language="it")
        handed_out("Kick-off", types=["kickoff"])
        handed_out("Premium sizing", types=["operations"], packages=["premium"])
        found = materials_of_session(marta(), session, language="it")
        assert [each.title for each in found] == ["Ordering", "Sizing"]
        page = signed_in(marta()).get(reverse("sessions:detail", args=[session.pk])).content.decode()
        assert "Sizing" in page
        assert "Kick-off guide" not in page
        assert "Premium sizing" not in page


class TestVersions:
    def test_readers_get_the_new_file_and_staff_keep_the_old(self) -> None:
        launch_kit()
        material = handed_out(content=PDF)
        newer = PDF + b"2 0 obj\n"
        replace_file(material=material, upload=file("new.pdf", newer), note="Sizes 4 and 5", by=giulia(), now=NOW)
        assert handed(marta(), material).read == newer
        assert [each.number for each in versions_visible_to(marta())] == [2]
        assert sorted(each.number for each in versions_visible_to(sofia())) == [1, 2]
        old = reverse("support:material-version", args=[material.pk, 1])
        earlier: Any = signed_in(sofia()).get(old)
        assert b"".join(earlier.streaming_content) == PDF
        assert signed_in(marta()).get(old).status_code == 404

    def test_what_is_withdrawn_is_gone_for_customers_until_it_is_given_back(self) -> None:
        launch_kit()
        material = handed_out()
        withdraw(material=material, by=sofia(), now=NOW)
        assert titles(marta()) == []
        assert signed_in(marta()).get(reverse("support:material-file", args=[material.pk])).status_code == 404
        assert titles(giulia()) == ["Ring sizing guide"]
        give_back(material=material, by=sofia(), now=NOW)
        assert titles(marta()) == ["Ring sizing guide"]

    @pytest.mark.parametrize("person", [marta, pekka])
    def test_only_the_delivery_team_and_operations_keep_the_library(self, person: Any) -> None:
        material = handed_out()
        with pytest.raises(NotAllowed):
            replace_file(material=material, upload=file("new.pdf", PDF), note="", by=person(), now=NOW)
        with pytest.raises(NotAllowed):
            withdraw(material=material, by=person(), now=NOW)
        material.refresh_from_db()
        assert material.withdrawn_at is None
        assert material.versions.count() == 1

    def test_the_database_keeps_what_was_handed_out(self) -> None:
        handed_out()
        for change in (
            lambda: MaterialVersion.objects.update(sha256="0" * 64),
            lambda: MaterialVersion.objects.all().delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


class TestFilesThatDoNothing:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("picture.png", b"<!doctype html><script>alert(1)</script>"),
            ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
            ("page.html", b"<!doctype html><script>alert(1)</script>"),
            ("archive.zip", b"PK\x03\x04" + b"\0" * 60),
            ("archive.pdf", b"PK\x03\x04" + b"\0" * 60),
            ("report.pdf.exe", PDF),
            ("empty.pdf", b""),
        ],
    )
    def test_what_could_run_or_is_something_else_is_refused(self, name: str, content: bytes) -> None:
        with pytest.raises(InvalidInput):
            handed_out(name=name, content=content)
        assert not Material.objects.exists()

    @pytest.mark.parametrize(
        "name",
        ["../../etc/guide.pdf", "gu\0ide.pdf", "guide\r\nX-Evil: 1.pdf", "guide\N{RIGHT-TO-LEFT OVERRIDE}fdp.pdf"],
    )
    def test_a_name_is_only_shown_and_does_nothing(self, name: str) -> None:
        launch_kit()
        upload = SimpleUploadedFile("guide.pdf", PDF)
        upload._name = name  # type: ignore[attr-defined]  # past the form, as the rule itself must hold
        material = handed_out()
        version = replace_file(material=material, upload=upload, note="", by=sofia(), now=NOW)
        assert not set(version.name) & set("\0\r\n/\\\N{RIGHT-TO-LEFT OVERRIDE}")
        assert version.stored_as == f"materials/{version.sha256}.pdf"
        assert private_files().exists(version.stored_as)
        assert "X-Evil" not in handed(marta(), material).headers

    def test_it_is_handed_out_to_keep_and_nothing_in_it_runs(self) -> None:
        launch_kit()
        material = handed_out()
        answer = handed(marta(), material)
        assert answer.headers["Content-Disposition"] == 'attachment; filename="guide.pdf"'
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["Content-Type"] == "application/pdf"

    def test_a_file_above_the_limit_comes_back_with_what_was_typed(self) -> None:
        upload = SimpleUploadedFile("guide.pdf", PDF + b"\0" * MOST_BYTES)
        typed = {"title": "Sizing", "language": "en", "file": upload}
        answer = signed_in(sofia()).post(reverse("support:material-create"), typed)
        assert answer.status_code == 422
        assert 'value="Sizing"' in answer.content.decode()
        assert not Material.objects.exists()

    def test_the_bytes_are_those_that_were_sent(self) -> None:
        version = handed_out(content=PDF).versions.get()
        with open_version(version) as stored:
            assert stored.read() == PDF
        assert version.size == len(PDF)


class TestPages:
    def typed(self, **others: Any) -> dict[str, Any]:
        return {
            "title": "Sizing",
            "about": "How to measure",
            "language": "en",
            "session_types": ["operations"],
            "file": file("guide.pdf", PDF),
            **others,
        }

    def test_a_material_is_added_replaced_described_and_withdrawn(self) -> None:
        launch_kit()
        client = signed_in(giulia())
        client.post(reverse("support:material-create"), self.typed())
        material = Material.objects.get()
        assert (material.session_types, material.current and material.current.number) == (["operations"], 1)
        replace = reverse("support:material-replace", args=[material.pk])
        client.post(replace, {"file": file("new.pdf", PDF + b"%"), "note": "Size 4"})
        client.post(reverse("support:material-edit", args=[material.pk]), self.typed(title="Ring sizes"))
        page = client.get(reverse("support:material", args=[material.pk])).content.decode()
        assert "Ring sizes" in page
        assert "Size 4" in page
        assert "Size 4" not in signed_in(marta()).get(reverse("support:material", args=[material.pk])).content.decode()
        client.post(reverse("support:material-withdraw", args=[material.pk]))
        assert titles(marta()) == []

    def test_a_refused_file_is_said_beside_the_field(self) -> None:
        answer = signed_in(sofia()).post(
            reverse("support:material-create"), self.typed(file=file("x.png", b"<script>1</script>"))
        )
        assert answer.status_code == 422
        assert "only images, PDF and plain text" in answer.content.decode()

    def test_it_is_found_by_words_type_package_and_language(self) -> None:
        launch_kit()
        handed_out("Ring sizing guide", types=["operations"], name="sizes.pdf")
        handed_out("Perché partire", language="it", packages=["launch-kit"])
        client = signed_in(marta())

        def found(query: str) -> list[str]:
            return [each.title for each in client.get(reverse("support:materials") + query).context["page"]]

        assert found("") == ["Perché partire", "Ring sizing guide"]
        assert found("?q=SIZING+guide") == ["Ring sizing guide"]
        assert found("?q=perche") == ["Perché partire"]
        assert found("?type=operations") == ["Ring sizing guide"]
        assert found("?package=launch-kit") == ["Perché partire"]
        assert found("?language=en") == ["Ring sizing guide"]
        nothing = client.get(reverse("support:materials") + "?q=unicorn").content.decode()
        assert "clear" in nothing.lower()

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_library_asks_the_same_however_long_it_is(self, rows: int, django_assert_num_queries: Any) -> None:
        launch_kit()
        for number in range(rows):
            handed_out(f"Guide {number}", packages=["launch-kit"])
        client = signed_in(marta())
        client.get(reverse("support:materials"))
        with django_assert_num_queries(7):
            client.get(reverse("support:materials"))
