"""Bytes as text, in the encoding they name or seem to have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asciivae.scrape.decode import decode


@pytest.mark.parametrize(
    ("data", "header", "text"),
    [
        ("é".encode(), "", "é"),
        ("\ufeffé".encode(), "", "é"),
        ("é\n".encode("utf-16"), "", "é\n"),
        (b"\xe9", "text/plain; charset=ISO-8859-1", "é"),
        (b"\x93x\x94", "text/plain; charset=latin1", "“x”"),
        ("é".encode("shift_jis", "replace"), "charset=shift_jis", "?"),
        (b'<meta charset="koi8-r">\xc1', "", '<meta charset="koi8-r">а'),
        (b"\xc4\xc4\xb3", "", "──│"),
        (b"caf\xe9", "", "café"),
        (b"\x81", "", "\x81"),
        (b"\xff", "charset=hex", "ÿ"),
        (b"x", "charset=nonsense", "x"),
        (b"a\r\nb\rc", "", "a\nb\nc"),
    ],
)
def test_encodings(data: bytes, header: str, text: str) -> None:
    assert decode(data, header) == text


@given(st.binary())
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    if b"\0" in data.partition(b"\x1a")[0] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        with pytest.raises(ValueError, match=r"^it is not text$"):
            decode(data)
    else:
        assert "\r" not in decode(data)
