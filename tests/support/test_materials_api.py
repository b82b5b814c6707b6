"""`/materials/` of the API: what customers may have, and files that only they are handed (DOMAIN.md §3, §12)."""

from collections.abc import Callable

import pytest

from support.domain.materials import replace_file, withdraw
from tests.api.caller import Caller
from tests.api.conftest import api, today
from tests.factories import NOW, giulia, globex, hanna, launch_kit, luca, marta, premium, sofia
from tests.support.examples import file, handed_out

pytestmark = pytest.mark.django_db
Api = Callable[..., Caller]
__all__ = ["api", "today"]
NEWER = b"%PDF-1.7\nnewer\n"


def titles(caller: Caller, **asked: str) -> list[str]:
    return [each["title"] for each in caller.get("/materials/", **asked).body["results"]]


def test_it_lists_what_a_contract_gives_and_narrows_it(api: Api) -> None:
    launch_kit()
    handed_out("For all")
    handed_out("Sizing", types=["operations"], packages=["launch-kit"], language="it")
    handed_out("Premium only", packages=["premium"])
    assert titles(api(marta())) == titles(api(luca())) == ["For all", "Sizing"]
    assert titles(api(marta()), session_type="operations") == titles(api(marta()), language="it") == ["Sizing"]
    assert titles(api(giulia())) == ["For all", "Premium only", "Sizing"]
    assert api(marta()).get("/materials/", language="xx").status == 400


def test_one_says_what_it_is_for_and_what_its_file_is(api: Api) -> None:
    launch_kit()
    material = handed_out(types=["operations"], packages=["launch-kit"])
    replace_file(material=material, upload=file("new.pdf", NEWER), note="Internal", by=giulia(), now=NOW)
    shown = api(marta()).get(f"/materials/{material.pk}/").body
    assert (shown["session_types"], shown["packages"], shown["language"]) == (["operations"], ["launch-kit"], "en")
    assert (shown["version"], shown["name"], shown["content_type"]) == (2, "new.pdf", "application/pdf")
    assert (shown["size"], shown["withdrawn_at"]) == (len(NEWER), None)
    assert "Internal" not in str(shown), "what changed is for the staff"


def test_the_file_is_handed_out_to_keep_and_nothing_in_it_runs(api: Api) -> None:
    launch_kit()
    material = handed_out(content=NEWER)
    answer = api(marta()).get(f"/materials/{material.pk}/file/")
    assert (answer.status, answer.content) == (200, NEWER)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="guide.pdf"'
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"].startswith(("private", "no-store"))
    assert answer.headers["Content-Type"] == "application/pdf"


def test_what_is_not_given_or_was_withdrawn_is_not_there(api: Api) -> None:
    launch_kit()
    premium(globex())
    theirs, gone = handed_out(packages=["premium"]), handed_out("Gone")
    withdraw(material=gone, by=sofia(), now=NOW)
    for material in (theirs, gone):
        for path in (f"/materials/{material.pk}/", f"/materials/{material.pk}/file/"):
            refused = api(marta()).get(path)
            assert (refused.status, refused.code) == (404, "not_found"), path
    assert api(hanna()).get(f"/materials/{theirs.pk}/file/").status == 200
    assert api(giulia()).get(f"/materials/{gone.pk}/").body["withdrawn_at"]


def test_staff_withdraw_a_material_and_give_it_back(api: Api) -> None:
    launch_kit()
    material = handed_out()
    withdrawn = api(giulia()).post(f"/materials/{material.pk}/withdraw/")
    assert (withdrawn.status, withdrawn.body["withdrawn_at"] is None) == (200, False)
    assert api(marta()).get(f"/materials/{material.pk}/").code == "not_found"
    assert api(marta()).post(f"/materials/{material.pk}/give_back/").code == "not_found"
    assert api(giulia()).post(f"/materials/{material.pk}/give_back/").body["withdrawn_at"] is None
    assert api(marta()).post(f"/materials/{material.pk}/withdraw/").code == "not_allowed"
    assert api(marta()).get(f"/materials/{material.pk}/").status == 200
