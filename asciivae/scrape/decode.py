"""From bytes to text, whatever the encoding: what was declared, else UTF-8, else what old art was written in."""

from __future__ import annotations

import codecs
import re

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_HEADER = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)


def decode(data: bytes, content_type: str = "") -> str:
    """Decode a document, and end its lines with line feeds.

    Bytes that are neither in the declared encoding nor UTF-8 are read as DOS text (code page 437) if most of them
    would be line drawing there, else as Windows text (code page 1252).

    Args:
        data: the document.
        content_type: the header that came with it, if any.

    Raises:
        ValueError: it is no text: it holds NUL bytes.
    """
    marked = next((encoding for bom, encoding in _BOMS if data.startswith(bom)), None)
    if marked != "utf-16" and b"\0" in data:
        raise ValueError("it is no text")
    for encoding in (marked, _declared(data, content_type), "utf-8"):
        if encoding:
            try:
                return _lines(data.decode(encoding))
            except (UnicodeDecodeError, LookupError):
                continue
    high = [byte for byte in data if byte > 0x7F]
    drawn = sum(0xB0 <= byte <= 0xDF for byte in high)
    try:
        return _lines(data.decode("cp437" if 2 * drawn > len(high) else "cp1252"))
    except UnicodeDecodeError:  # five bytes mean nothing in code page 1252
        return _lines(data.decode("latin-1"))


def _declared(data: bytes, content_type: str) -> str | None:
    if match := _HEADER.search(content_type):
        name = match[1]
    elif found := _META.search(data[:4096]):
        name = found[1].decode("ascii", "replace")
    else:
        return None
    try:
        codec = codecs.lookup(name)
    except LookupError:
        return None
    # Python knows transformations that are no encodings of text, and browsers read latin-1 as Windows text.
    return "cp1252" if codec.name == "iso8859-1" else codec.name if codec._is_text_encoding else None


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
