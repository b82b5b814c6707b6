"""The components: documented, safe with what people typed, complete on the gallery, within the content policy."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import get_template
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse
from django_cotton import render_component  # type: ignore[import-untyped]  # has no types

from home.gallery import show
from home.status_looks import STATUS_LOOKS, look_of
from sessions.models import ConsultingSession

TEMPLATES = Path(settings.BASE_DIR, "templates")
COMPONENTS = sorted(path for path in (TEMPLATES / "components").glob("*.html") if not path.name.startswith("_"))
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "emails" not in path.parts)
COMMENTS_AND_TAGS = re.compile(r"{% comment %}.*?{% endcomment %}|{%.*?%}", re.DOTALL)
EVIL = "\"><script>alert('1')</script>"


def tag_of(component: Path) -> str:
    return f"<c-{component.stem.replace('_', '-')}"


def draw(name: str, **attributes: object) -> str:
    return str(render_component(RequestFactory().get("/"), name, attributes))


def source_of(template: Path) -> str:
    return template.read_text(encoding="utf-8")


def test_every_component_says_what_it_takes() -> None:
    unexplained = set()
    for component in COMPONENTS:
        described, _, markup = source_of(component).partition("{% endcomment %}")
        assert described.startswith("{% comment %}"), component.name
        declared = re.search(r"<c-vars (.*?)/>", markup)
        names = set(re.findall(r":?([a-z-]+)=", declared[1])) - {"class"} if declared else set()
        unexplained |= {(component.name, name) for name in names if not re.search(rf"\b{name}\b", described)}
    assert unexplained == set()


def test_every_component_has_a_line_in_the_reference() -> None:
    reference = source_of(TEMPLATES / "components" / "README.md")
    missing = {
        tag_of(component)
        for component in COMPONENTS
        if tag_of(component) not in reference
        and not re.search(rf"^\|[^|]*\b{tag_of(component)[3:]}\b", reference, re.MULTILINE)
    }
    assert missing == set()


def test_components_never_write_attributes_unescaped() -> None:
    """cotton's own {{ attrs }} does not escape dynamic values; html_attrs does."""
    assert [each.name for each in COMPONENTS if re.search(r"{{\s*attrs\s*}}", source_of(each))] == []


def test_no_template_needs_inline_style_or_script() -> None:
    inline = re.compile(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\bsrc=)")
    found = {
        str(template.relative_to(TEMPLATES)): refused.group()
        for template in PAGES
        if (refused := inline.search(re.sub(COMMENTS_AND_TAGS, "", source_of(template))))
    }
    assert found == {}


def test_every_template_compiles() -> None:
    for template in PAGES:
        get_template(str(template.relative_to(TEMPLATES)))


def test_what_people_typed_stays_text_in_attributes_and_slots() -> None:
    drawn = draw("button", **{"title": EVIL, "data-name": EVIL, "href": EVIL, "label": EVIL})
    assert "<script" not in drawn
    assert "&quot;&gt;&lt;script&gt;" in drawn


def test_attributes_that_are_off_are_left_out() -> None:
    drawn = draw("button", **{"type": "submit", "autofocus": True, "data-note": None, "formnovalidate": False})
    assert " autofocus" in drawn
    assert "data-note" not in drawn
    assert "formnovalidate" not in drawn


def test_a_disabled_link_is_a_button_that_cannot_be_pressed() -> None:
    drawn = draw("button", href="/somewhere/", disabled=True)
    assert "<a " not in drawn
    assert " disabled" in drawn


def test_the_balance_says_used_booked_and_free_in_words_too() -> None:
    drawn = draw("balance-bar", granted=240, used=135, booked=60, free=45)
    assert 'aria-label="2:15 used, 1:00 booked, 0:45 free, of 4:00"' in drawn
    assert 'width="56.25%"' in drawn
    assert 'x="56.25%" width="25%"' in drawn


def test_a_lapsed_balance_says_so_and_what_was_not_used() -> None:
    drawn = draw("balance-bar", granted=240, used=150, booked=0, free=90, lapsed=True)
    assert "Lapsed" in drawn
    assert "1:30 were not used" in drawn
    assert "bar-used" not in drawn


def test_a_balance_below_zero_shows_nothing_free_and_says_why() -> None:
    drawn = draw("balance-bar", granted=120, used=120, booked=60, free=-60)
    assert "0:00 free, of 2:00" in drawn
    assert "\u2212" not in drawn
    assert "Once it is, 1:00 of the time that was logged after it becomes overage." in drawn


def test_errors_among_the_messages_cannot_be_dismissed() -> None:
    class Message:
        def __init__(self, level_tag: str, text: str) -> None:
            self.level_tag, self.text = level_tag, text

        def __str__(self) -> str:
            return self.text

    one_of_each = [Message("success", "Booked."), Message("error", "Taken.")]
    drawn = get_template("components/messages.html").render({"messages": one_of_each})
    booked, taken = drawn.split("Taken.")
    assert 'role="status"' in booked
    assert "data-dismiss" in booked
    assert "data-dismiss" not in taken


def test_every_state_of_a_session_has_a_look() -> None:
    assert set(STATUS_LOOKS["session"]) == set(ConsultingSession.Status.values)


def test_a_state_without_a_look_is_an_error() -> None:
    with pytest.raises(KeyError):
        look_of("session", "postponed")


def test_every_look_can_be_drawn() -> None:
    for looks in STATUS_LOOKS.values():
        for tone, icon in looks.values():
            assert f"tone-{tone}" in draw("badge", tone=tone, icon=icon)


class TestGallery:
    @pytest.fixture
    def gallery(self, rf: RequestFactory) -> str:
        request = rf.get("/demo/gallery/")
        request.user = AnonymousUser()
        return show(request).content.decode()

    def test_it_shows_every_component(self) -> None:
        source = (TEMPLATES / "home/gallery.html").read_text(encoding="utf-8")
        around = "".join(path.read_text(encoding="utf-8") for path in (TEMPLATES / "base.html",))
        missing = [tag_of(path) for path in COMPONENTS if not re.search(rf"{tag_of(path)}[\s/>]", source + around)]
        assert missing == []

    def test_it_leaves_no_component_unrendered(self, gallery: str) -> None:
        assert "<c-" not in gallery
        assert "{%" not in gallery

    def test_no_id_stands_twice(self, gallery: str) -> None:
        ids = re.findall(r'\sid="([^"]+)"', gallery)
        assert sorted({each for each in ids if ids.count(each) > 1}) == []

    def test_the_page_is_light(self, gallery: str) -> None:
        """All components at once stay below the limit of a single page (UX.md 23)."""
        assert len(gallery.encode()) < 100_000


def test_without_the_demo_there_is_no_gallery() -> None:
    assert not settings.DEMO
    with pytest.raises(NoReverseMatch):
        reverse("demo-gallery")
