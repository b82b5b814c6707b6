"""The components: documented, safe with what people typed, complete on the gallery, within the content policy."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import get_template
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse
from django_cotton import render_component

from home.gallery import show
from home.status_looks import STATUS_LOOKS, look_of
from sessions.models import ConsultingSession

TEMPLATES = Path(settings.BASE_DIR, "templates")
COMPONENTS = sorted(path for path in (TEMPLATES / "components").glob("*.html") if not path.name.startswith("_"))
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "emails" not in path.parts)
EVIL = "\"><script>alert('1')</script>"


def tag_of(component: Path) -> str:
    return f"<c-{component.stem.replace('_', '-')}"


def draw(name: str, **attributes: object) -> str:
    return str(render_component(RequestFactory().get("/"), name, attributes))


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda path: path.stem)
def test_every_component_says_what_it_takes(component: Path) -> None:
    source = component.read_text(encoding="utf-8")
    assert source.startswith("{% comment %}")
    described, _, markup = source.partition("{% endcomment %}")
    declared = re.search(r"<c-vars (.*?)/>", markup)
    for name in set(re.findall(r":?([a-z-]+)=", declared[1])) - {"class"} if declared else ():
        assert re.search(rf"\b{name}\b", described), f"{name} is not explained"


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda path: path.stem)
def test_every_component_has_a_line_in_the_reference(component: Path) -> None:
    reference = (TEMPLATES / "components" / "README.md").read_text(encoding="utf-8")
    name = component.stem.replace("_", "-")
    assert re.search(rf"^\|[^|]*\b{name}\b", reference, re.MULTILINE) or tag_of(component) in reference


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda path: path.stem)
def test_components_never_write_attributes_unescaped(component: Path) -> None:
    """cotton's own {{ attrs }} does not escape dynamic values; html_attrs does."""
    assert not re.search(r"{{\s*attrs\s*}}", component.read_text(encoding="utf-8"))


@pytest.mark.parametrize("template", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_needs_inline_style_or_script(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    markup = re.sub(r"{% comment %}.*?{% endcomment %}|{%.*?%}", "", source, flags=re.DOTALL)
    assert not re.search(r"\sstyle=", markup)
    assert not re.search(r"\son[a-z]+=", markup)
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)", markup)


@pytest.mark.parametrize("template", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_template_compiles(template: Path) -> None:
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


@pytest.mark.parametrize(
    "look",
    [pytest.param(look, id=f"{kind}-{value}") for kind, looks in STATUS_LOOKS.items() for value, look in looks.items()],
)
def test_every_look_can_be_drawn(look: tuple[str, str]) -> None:
    tone, icon = look
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
