"""No form takes a text that cannot be seen as it is, without having to think of it."""

import pytest
from django import forms


class Note(forms.Form):
    """A form like any other."""

    title = forms.CharField()
    text = forms.CharField(widget=forms.Textarea)


@pytest.mark.parametrize(
    "strange",
    [
        "a\N{RIGHT-TO-LEFT OVERRIDE}b",
        "a\N{LEFT-TO-RIGHT ISOLATE}b",
        "a\x00b",
        "a\x0bb",
        "a\ud800b",
        "half \N{REPLACEMENT CHARACTER}",
    ],
)
def test_what_cannot_be_seen_is_refused(strange: str) -> None:
    assert set(Note({"title": strange, "text": strange}).errors) == {"title", "text"}


@pytest.mark.parametrize("words", ["Perché no?", "日本語", "עברית", "👍🏽", "naïve – “quoted”"])
def test_words_of_any_language_are_taken(words: str) -> None:
    assert Note({"title": words, "text": f"{words}\r\n\t{words}"}).is_valid()
