"""What every mail of the portal needs, whoever writes it: header-safe text, styles that mail clients keep."""

from functools import lru_cache

from css_inline import CSSInliner


def one_line(text: str) -> str:
    """`text` fit for a header: whatever does not print (line breaks, vertical tabs, bidi controls) becomes a space."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


@lru_cache(maxsize=1)
def _inliner() -> CSSInliner:
    # At-rules cannot be attributes: they stay in a <style> element, for dark mail clients.
    return CSSInliner(inline_style_tags=True, keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)


def inline_styles(html: str) -> str:
    """Move the rules of the document's `<style>` into attributes: many mail clients drop the element."""
    return _inliner().inline(html)
