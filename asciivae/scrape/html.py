"""Parsing HTML: the preformatted text of an element, and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

if TYPE_CHECKING:
    from parsel import Selector

_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype|html|head|title|meta|body|pre)\b", re.IGNORECASE | re.DOTALL
)

_PRE = re.compile(r"<(/?)pre(?=[\s/>])", re.IGNORECASE)
_KEPT = "asciivae-pre"

_UNSEEN = {
    "script", "style", "button", "textarea", "template", "select", "option", "title", "noscript", "iframe", "object",
    "audio", "video", "canvas", "svg",
}  # fmt: skip
"""Elements whose content is no text of the page."""
_BLOCKS = {
    "address", "article", "aside", "blockquote", "caption", "center", "dd", "details", "dialog", "dir", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup",
    "hr", "legend", "li", "listing", "main", "menu", "nav", "ol", "p", "pre", "search", "section", "summary", "table",
    "tr", "ul", "xmp",
}  # fmt: skip
"""Elements that begin and end a line."""


def is_html(text: str) -> bool:
    """Whether a text begins like an HTML document."""
    return _HTML.match(text) is not None


def parse(text: str) -> Selector:
    """Parse a page, including malformed HTML. A `<br>` becomes a line feed."""
    from parsel import Selector

    # libxml2 ends a <pre> where a list, a table or a form begins; browsers do not, nor does it for a name it lacks.
    document = Selector(_PRE.sub(rf"<\1{_KEPT}", text.replace("\0", "")), type="html")
    for element in document.root.iter(_KEPT):
        element.tag = "pre"
    for line_break in document.root.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    return document


def art_of(element: Selector) -> str:
    """The text of an element as a browser lays it out: blocks are lines of their own, what is not shown is left out."""
    parts: list[str] = []
    due = False  # a line break, if more text comes

    def add(text: str | None) -> None:
        nonlocal due
        if text:
            if due and parts and not parts[-1].endswith("\n"):
                parts.append("\n")
            due = False
            parts.append(text)

    root = element.root
    if next(root.iterancestors("pre"), None) is not None:
        return ""  # its text belongs to that element
    waiting = [(root, True)]  # not recursive: pages nest as deeply as they like
    while waiting:
        node, begins = waiting.pop()
        seen = isinstance(node.tag, str) and not _is_hidden(node)  # a comment has no tag
        if begins and seen:
            due = due or (node is not root and node.tag in _BLOCKS)
            add(node.text)
            waiting.append((node, False))
            waiting += [(child, True) for child in reversed(node)]
        elif node is not root:
            due = due or (seen and node.tag in _BLOCKS)
            add(node.tail)
    return "".join(parts).removeprefix("\n")  # HTML ignores it at the start of <pre>


def _is_hidden(node: Any) -> bool:
    style = (node.get("style") or "").replace(" ", "").lower()
    return node.tag in _UNSEEN or node.get("hidden") is not None or "display:none" in style


def links(page: Selector, address: str) -> Iterator[tuple[str, str]]:
    """The links of a page: absolute addresses without fragments, and the link texts; `<base href>` is obeyed."""
    base = page.root.getroottree().getroot().find("head/base[@href]")
    if base is not None:
        with suppress(ValueError):  # not an address at all
            address = urljoin(address, (base.get("href") or "").strip())
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
