"""Damaged recipes: whatever the damage, only our own errors come out."""

import random

import pytest

from asciivae.errors import RecipeError, RecipeProblems
from asciivae.recipe import library
from asciivae.recipe.resolve import check_recipe

TEXTS = [path.read_bytes() for path in sorted(library.packaged_folder().glob("*.yaml"))]
SCRAPS = [
    b"*a",
    b"&a ",
    b"!!set ",
    b"? ",
    b"<<: ",
    b"- ",
    b"{",
    b"}",
    b"[",
    b"]",
    b": ",
    b"'",
    b'"',
    b"\t",
    b"|\n",
    b">-\n",
]
SCRAPS += [b"\\", b'"\\ud800"', b'"\\U7fffffff"', b"\0", b"\xff", b"\xef\xbb\xbf", b"1e999", b".nan", b"null"]
SCRAPS += [b"---\n", b"9" * 5000, b"-1", b"true", b"%YAML 3.0\n", b"\xe2\x80\xa8", b"~", b"#", b"\r"]


def damaged(random_: random.Random) -> bytes:
    text = bytearray(random_.choice(TEXTS))
    for _ in range(random_.randint(1, 4)):
        at = random_.randrange(len(text) + 1)
        kind = random_.randrange(6)
        if kind == 0:
            text[at : at + 1] = bytes([random_.randrange(256)])
        elif kind == 1:
            text[at:at] = random_.choice(SCRAPS)
        elif kind == 2:
            del text[at : at + random_.randint(1, 30)]
        else:
            lines = bytes(text).splitlines(keepends=True) or [b""]
            i, j = random_.randrange(len(lines)), random_.randrange(len(lines))
            if kind == 3:
                lines.insert(i, lines[j])
            elif kind == 4:
                lines[i] = b"  " * random_.randint(0, 40) + lines[i].lstrip()
            else:
                lines[i] = lines[i].partition(b":")[0] + b": " + random_.choice(SCRAPS) + b"\n"
            text = bytearray(b"".join(lines))
    return bytes(text)


@pytest.mark.parametrize(
    ("seed", "count"), [(0, 150), pytest.param(1, 2000, marks=pytest.mark.slow)], ids=["some", "many"]
)
def test_only_our_own_errors_come_out(seed: int, count: int) -> None:
    random_ = random.Random(seed)
    messages = []
    for _ in range(count):
        text = damaged(random_).decode("utf-8", "replace")
        try:
            check_recipe(text, "damaged.yaml")
        except (RecipeError, RecipeProblems) as error:
            messages.append(str(error))
    assert len(messages) > count // 3
    assert all(message.startswith("damaged.yaml") for message in messages)
