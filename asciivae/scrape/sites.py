"""Sources for five web collections of ASCII art.

Each has an option `root`, so that a mirror or a local copy can be read too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from asciivae.contract import CONTRACT, Link, Page, RawArt
from asciivae.scrape.html import art_of, is_html, links, parse, path_below

if TYPE_CHECKING:
    from parsel import Selector

SAVED_PAGES = ("*.html", "*.htm", "*.shtml")


@dataclass(frozen=True)
class EuConfig:
    """Options of `asciiart-eu`.

    Attributes:
        root: the URL of the site.
    """

    root: str = "https://www.asciiart.eu/"


class AsciiArtEu:
    """asciiart.eu: categories of up to three levels; the innermost pages contain cards with title and artist."""

    contract = CONTRACT
    Config = EuConfig
    files = SAVED_PAGES

    CATEGORIES = (
        "animals", "art-and-design", "books", "buildings-and-places", "cartoons", "clothing-and-accessories", "comics",
        "computers", "electronics", "food-and-drinks", "holiday-and-events", "logos", "miscellaneous", "movies",
        "music", "mythology", "nature", "people", "plants", "religion", "space", "sports-and-outdoors", "television",
        "toys", "vehicles", "video-games", "weapons",
    )  # fmt: skip

    def __init__(self, config: EuConfig) -> None:
        self.root = config.root

    def start(self) -> Iterator[Link]:
        """The top-level categories."""
        return (Link(address=urljoin(self.root, name), category=name) for name in self.CATEGORIES)

    def read(self, page: Page) -> Iterator[RawArt | Link]:
        """Yield the cards of a page, and links to its subcategories."""
        document = parse(page.text)
        here = path_below(self.root, page.address)
        category = here if here is not None else page.folder
        for card in document.css("div.art-card"):
            drawing = card.css(".art-card__ascii")
            if drawing:
                number, artist = card.attrib.get("data-id", ""), card.attrib.get("data-artist", "").strip()
                yield RawArt(
                    text=art_of(drawing[0]),
                    category=category,
                    caption=card.attrib.get("data-title", "").strip(),
                    artist="" if artist.lower() == "unknown" else artist,
                    address=urljoin(self.root, f"art/{number}") if number else "",
                )
        for old in document.css("div.asciiarts pre"):  # the layout before 2024, in old copies
            yield RawArt(text=art_of(old), category=category)
        for address, _ in links(document, page.address):
            below = path_below(self.root, address)
            if below and here and below.startswith(f"{here}/"):
                yield Link(address=address, category=below)


@dataclass(frozen=True)
class WebsiteConfig:
    """Options of `asciiart-website`.

    Attributes:
        root: the URL of the site.
    """

    root: str = "https://asciiart.website/"


class AsciiArtWebsite:
    """asciiart.website: numbered categories on numbered pages; titles and artists are in JSON-LD."""

    contract = CONTRACT
    Config = WebsiteConfig
    files = SAVED_PAGES

    def __init__(self, config: WebsiteConfig) -> None:
        self.root = config.root

    def start(self) -> Iterator[Link]:
        """The list of categories."""
        yield Link(address=urljoin(self.root, "browse.php"))

    def read(self, page: Page) -> Iterator[RawArt | Link]:
        """Yield the pieces of a page, and its links to categories and further pages."""
        document = parse(page.text)
        known = self._described(document)
        for drawing in document.css("pre[data-artwork-id]"):
            number = drawing.attrib["data-artwork-id"]
            name, artist = known.get(number, ("", ""))
            yield RawArt(
                text=art_of(drawing),
                category=page.category or page.folder,
                caption=name,
                artist="" if artist.lower() == "unknown" else artist,
                address=urljoin(self.root, f"art/{number}"),
            )
        own = self._category_number(page.address)
        for address, words in links(document, page.address):
            number = self._category_number(address)
            if not number:
                continue
            pages = parse_qs(urlsplit(address).query).get("page", ["1"])
            plain = urljoin(self.root, f"cat.php?category_id={number}")  # without other query parameters
            if pages[0].isdigit() and int(pages[0]) > 1:
                plain += f"&page={int(pages[0])}"
            category = page.category if number == own else re.sub(r"\s*\(\d+\)$", "", words)
            yield Link(address=plain, category=category)

    def _category_number(self, address: str) -> str:
        if path_below(self.root, address) != "cat.php":
            return ""
        number = parse_qs(urlsplit(address).query).get("category_id", [""])[0]
        return number if number.isdigit() else ""

    def _described(self, document: Selector) -> dict[str, tuple[str, str]]:
        """Name and artist of each numbered piece of the page."""
        known: dict[str, tuple[str, str]] = {}
        for script in document.css('script[type="application/ld+json"]::text').getall():
            try:
                parts = json.loads(script).get("hasPart") or []
                for part in parts:
                    author = part.get("author") or {}
                    known[part["url"].rpartition("/art/")[2]] = (part.get("name") or "", author.get("name") or "")
            except (ValueError, AttributeError, KeyError, TypeError):
                continue  # the art is yielded without its description
        return known


@dataclass(frozen=True)
class TextArtConfig:
    """Options of `textart`.

    Attributes:
        root: the URL of the collection.
    """

    root: str = "https://textart.io/art"


class TextArt:
    """textart.io: pieces listed by tags; each piece links to its own page."""

    contract = CONTRACT
    Config = TextArtConfig
    files = SAVED_PAGES

    def __init__(self, config: TextArtConfig) -> None:
        self.root = config.root

    def start(self) -> Iterator[Link]:
        """The list of tags."""
        yield Link(address=self.root)

    def read(self, page: Page) -> Iterator[RawArt | Link]:
        """Yield the pieces of a page, and its links to tags and their further pages."""
        document = parse(page.text)
        here = self._tag(page.address)
        for drawing in document.css("pre"):
            address, name = self._own_page(drawing, page.address)
            yield RawArt(
                text=art_of(drawing), category=here or page.category or page.folder, caption=name, address=address
            )
        for address, _ in links(document, page.address):
            if tag := self._tag(address):
                yield Link(address=address, category=tag)

    def _tag(self, address: str) -> str:
        parts = (path_below(self.root, address) or "").split("/")
        return parts[1] if len(parts) > 1 and parts[0] == "tag" else ""

    def _own_page(self, drawing: Selector, base: str) -> tuple[str, str]:
        """Address and name of a piece: the first link to a piece in the nearest ancestor with this drawing only."""
        for around in islice(drawing.root.iterancestors(), 4):
            if len(list(islice(around.iter("pre"), 2))) > 1:
                break
            for address, _ in links(type(drawing)(root=around), base):
                parts = (path_below(self.root, address) or "").split("/")
                if len(parts) == 2 and parts[0] != "tag":
                    return address, parts[1].replace("-", " ")
        return "", ""


@dataclass(frozen=True)
class DeConfig:
    """Options of `ascii-art-de`.

    Attributes:
        root: the URL of the collection.
    """

    root: str = "http://www.ascii-art.de/ascii/"


class AsciiArtDe:
    """ascii-art.de: alphabetical indexes, and for each topic a text file with many drawings."""

    contract = CONTRACT
    Config = DeConfig
    files = ("*.txt",)

    INDEXES = ("", "_c", "_def", "_ghi", "_jkl", "_mno", "_pqr", "_s", "_t", "_uvw", "_xyz")

    def __init__(self, config: DeConfig) -> None:
        self.root = config.root

    def start(self) -> Iterator[Link]:
        """The indexes."""
        return (Link(address=urljoin(self.root, f"index{part}.shtml")) for part in self.INDEXES)

    def read(self, page: Page) -> Iterator[RawArt | Link]:
        """Yield the file of a topic, or the links of an index to such files."""
        if not is_html(page.text):
            yield RawArt(text=page.text, category=_topic(page.address), several=True)
            return
        for address, _ in links(parse(page.text), page.address):
            if address.endswith(".txt") and path_below(self.root, address):
                yield Link(address=address, category=_topic(address))


@dataclass(frozen=True)
class TextFilesConfig:
    """Options of `textfiles`.

    Attributes:
        root: the URL of a folder of the archive.
    """

    root: str = "http://www.textfiles.com/art/"


class TextFiles:
    """textfiles.com: folder listings and their text files."""

    contract = CONTRACT
    Config = TextFilesConfig
    files = ("*.txt", "*.art", "*.asc")

    NO_TEXT = (
        ".gif", ".jpg", ".jpeg", ".png", ".bmp", ".pcx", ".zip", ".gz", ".tar", ".lha", ".lzh", ".arj", ".exe", ".com",
        ".flf", ".ans", ".bin", ".pdf", ".mp3", ".wav", ".avi", ".mpg", ".css", ".js", ".xml",
    )  # fmt: skip

    def __init__(self, config: TextFilesConfig) -> None:
        self.root = config.root

    def start(self) -> Iterator[Link]:
        """The listing of the folder."""
        yield Link(address=self.root)

    def read(self, page: Page) -> Iterator[RawArt | Link]:
        """Yield a text file, or the links of a listing to files and folders below it."""
        if not is_html(page.text):
            folder = (path_below(self.root, page.address) or page.folder).rpartition("/")[0]
            yield RawArt(text=page.text, category=folder or "art", caption=_topic(page.address), several=True)
            return
        for address, _ in links(parse(page.text), page.address):
            below = path_below(self.root, address)
            if below and not urlsplit(address).query and not below.lower().endswith(self.NO_TEXT):
                yield Link(address=address, category=below if address.endswith("/") else below.rpartition("/")[0])


def _topic(address: str) -> str:
    """The topic in a file name: without folders, suffix and underscores."""
    name = unquote(urlsplit(address).path).rpartition("/")[2]
    return (name.rpartition(".")[0] or name).replace("_", " ")
