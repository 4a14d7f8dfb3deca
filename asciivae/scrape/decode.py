"""Decoding documents: the declared encoding, else UTF-8, else the legacy code pages of ASCII art."""

from __future__ import annotations

import codecs
import re

from asciivae.text import legacy

_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_HEADER = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)


def decode(data: bytes, content_type: str = "") -> str:
    """Decode a document, and normalise its line ends to line feeds.

    Bytes that are valid neither in the declared encoding nor in UTF-8 are decoded as DOS text (code page 437) if most
    non-ASCII bytes are line drawing there, else as Windows text (code page 1252).

    Args:
        data: the document.
        content_type: the Content-Type header, if any.

    Raises:
        ValueError: the document is binary: it contains NUL bytes.
    """
    if marked := legacy.marked_encoding(data):
        try:
            return _lines(data.decode(marked))
        except UnicodeDecodeError:
            raise ValueError(f"it is marked as {marked.upper()}, but damaged") from None
    data = legacy.without_sauce(data).partition(legacy.END.encode())[0]
    if b"\0" in data:
        raise ValueError("it is not text")
    utf8 = "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else None
    for encoding in (utf8, _declared(data, content_type), "utf-8"):
        if encoding:
            try:
                return _lines(data.decode(encoding))
            except (UnicodeDecodeError, LookupError):
                continue
    return _lines(legacy.guessed(data))


def unknown_charset(data: bytes, content_type: str = "") -> str | None:
    """A note on a declared encoding that is unknown, so that `decode` falls back to others; None otherwise."""
    name = _declared_name(data, content_type)
    if name is None or _codec(name) is not None:
        return None
    return f"unknown charset {name[:40]!a}: read as UTF-8, or as DOS or Windows text"


def _declared(data: bytes, content_type: str) -> str | None:
    name = _declared_name(data, content_type)
    return None if name is None else _codec(name)


def _declared_name(data: bytes, content_type: str) -> str | None:
    if match := _HEADER.search(content_type):
        return match[1]
    found = _META.search(data[:4096])
    return found[1].decode("ascii", "replace") if found else None


def _codec(name: str) -> str | None:
    """Python's name of a text encoding; browsers decode latin-1 as code page 1252."""
    try:
        codec = codecs.lookup(name)
    except LookupError:
        return None
    return "cp1252" if codec.name == "iso8859-1" else codec.name if codec._is_text_encoding else None


def _lines(text: str) -> str:
    return legacy.plain(text.replace("\r\n", "\n").replace("\r", "\n"))
