"""Parsing HTML: the preformatted text of an element, and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

if TYPE_CHECKING:
    from parsel import Selector

_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype|html|head|title|meta|body|pre)\b", re.IGNORECASE | re.DOTALL
)


def is_html(text: str) -> bool:
    """Whether a text begins like an HTML document."""
    return _HTML.match(text) is not None


def parse(text: str) -> Selector:
    """Parse a page, including malformed HTML. A `<br>` becomes a line feed."""
    from parsel import Selector

    document = Selector(text.replace("\0", ""), type="html")
    for line_break in document.root.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    return document


def art_of(element: Selector) -> str:
    """The text of an element, without tags and comments."""
    text = "".join(element.root.itertext("*"))
    return text.removeprefix("\n")  # HTML ignores it at the start of <pre>


def links(page: Selector, address: str) -> Iterator[tuple[str, str]]:
    """The links of a page: absolute addresses without fragments, and the link texts."""
    for link in page.root.iter("a"):
        try:
            target = urldefrag(urljoin(address, (link.get("href") or "").strip())).url
        except ValueError:  # not an address at all
            continue
        if link.get("href") and target.startswith(("http://", "https://")):
            yield target, " ".join("".join(link.itertext("*")).split())


def path_below(root: str, address: str) -> str | None:
    """The path of an address relative to `root`, without slashes at its ends; None if it is not below `root`."""
    above, here = urlsplit(root), urlsplit(address)
    base = above.path.rstrip("/") + "/"
    if above.netloc != here.netloc or not (here.path.rstrip("/") + "/").startswith(base):
        return None
    return unquote(here.path[len(base) :]).strip("/")
