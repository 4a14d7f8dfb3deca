import numpy as np
import pytest

from asciivae.text.charset import CHARSET, SIZE, SPACE, decode, encode


def test_the_charset_is_the_printable_ascii_characters() -> None:
    assert len(CHARSET) == SIZE == 95
    assert CHARSET[SPACE] == " "
    assert CHARSET[0] == chr(32)
    assert CHARSET[-1] == "~"


def test_encode_is_the_code_point_less_32_and_decode_its_inverse() -> None:
    ids = encode(CHARSET)
    assert ids.dtype == np.uint8
    assert ids.tolist() == list(range(95))
    assert decode(ids) == CHARSET
    assert decode(encode("")) == ""


@pytest.mark.parametrize("text", ["a\nb", "\t", "\x7f", "\x00", "é"])
def test_encode_refuses_what_is_not_in_the_charset(text: str) -> None:
    with pytest.raises(ValueError, match=r"outside the charset|can't encode"):
        encode(text)


def test_decode_refuses_ids_outside_the_charset() -> None:
    with pytest.raises(ValueError, match="class 95 is outside the charset of 95 characters"):
        decode(np.array([94, 95], np.uint8))
