"""The steps of cleaning one text."""

import time
from pathlib import Path

import pytest

from asciivae.corpus.steps import Limits, RawText, Refusal, steps
from asciivae.errors import UsageError

CAT = " /\\_/\\\n( o.o )\n > ^ <"
HOUSE = "    /\\    \n   /  \\   \n  /____\\  \n  |    |  \n  | [] |  \n  |____|  "
SHIP = "       |    \n      )_)   \n     )___)  \n    )____)__\n____|_______\n\\___________/"
SMALL = Limits(min_bytes=1, min_lines=1)
ADDRESS = Refusal("a web or e-mail address inside the art")
STRANGER = Refusal("characters that are not printable ASCII")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASCIIVAE_CACHE", str(tmp_path / "cache"))


def stepped(text: str, *, several: bool = False, limits: Limits = SMALL, **options: bool) -> list[str] | Refusal:
    texts = [text]
    for step in steps(limits, **options).values():
        before, texts = texts, []
        for part in before:
            outcome = step(RawText(part, {}, "", several))
            if isinstance(outcome, Refusal):
                return outcome
            texts += [outcome] if isinstance(outcome, str) else outcome
    return texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\ufeff\r\n\r\n  a\r\n b \t\r\n\r\n", [" a\nb"]),
        ("a\tb\n\t|", ["a       b\n        |"]),
        ("  \n   x\n\n     y  ", ["x\n\n  y"]),
        ("é/\\", STRANGER),
        ("\x1b[1m/\\", STRANGER),
        ("caf\udce9", STRANGER),
        ("", Refusal("only blanks")),
        (f"{CAT}\nby me@example.org", [CAT]),
        (f"(see https://a.example/cats/)\n\n{CAT}\n  www.a.example", [CAT]),
        ("/\\ me@example.org /\\\n\\/ \\/", ADDRESS),
        ("|  www.x.org  |", ADDRESS),
        (f"{CAT}\n---- a@b.org ----", ADDRESS),
        ("o@o\n@.@", ["o@o\n@.@"]),
        ("This is a line of words\nand here is another one of them", Refusal("prose")),
        (f"{CAT}\nThis is a line of words", [f"{CAT}\nThis is a line of words"]),
        ("a b c d\nx y z w", ["a b c d\nx y z w"]),
    ],
)
def test_one_piece(text: str, expected: list[str] | Refusal) -> None:
    assert stepped(text) == expected


def test_sizes() -> None:
    assert stepped("#" * 24, limits=Limits()) == Refusal("fewer than 25 bytes")
    assert stepped("#" * 25, limits=Limits()) == Refusal("fewer than 3 lines")
    assert stepped("#" * 6001, limits=Limits()) == Refusal("more than 6000 bytes")
    assert stepped("#\n" * 99 + "#", limits=Limits()) == ["#\n" * 99 + "#"]
    assert stepped("#\n" * 101, limits=Limits()) == Refusal("more than 100 lines")
    with pytest.raises(UsageError, match="cleaning: 9 to 3 lines is not a range"):
        Limits(min_lines=9, max_lines=3)


@pytest.mark.parametrize(
    "text", ["a." * 400_000, "a@" * 400_000, "@a." * 300_000, " \n" * 400_000, "x\n\n\n" * 200_000]
)
def test_hostile_texts_are_refused_soon(text: str) -> None:
    begun = time.process_time()
    stepped(text, limits=Limits(), signatures=True, transliterate=True)
    assert time.process_time() - begun < 10


def test_pages_are_cut_at_blank_lines() -> None:
    page = f"{CAT}\n\n\n{HOUSE}\n\n{SHIP}"
    assert len(stepped(page)) == 1
    assert [part.count("\n") + 1 for part in stepped(page, several=True)] == [3, 13]
    assert [part.count("\n") + 1 for part in stepped(page, limits=Limits(min_bytes=1, max_lines=8))] == [3, 6, 6]


def test_look_alikes_are_an_option() -> None:
    assert stepped("┌─┐\n│é│\n╚═╝") == STRANGER
    assert stepped("┌─┐\n│é│\n╚═╝“x”…", transliterate=True) == ['+-+\n|e|\n+=+"x".']
    assert stepped("漢字", transliterate=True) == STRANGER


def test_signatures_stay_unless_asked_and_words_always() -> None:
    art = f"{CAT} jgs\nejms (hjw)"
    assert stepped(art) == [art]
    assert stepped(art, signatures=True) == [f"{CAT}\nejms (   )"]
    assert stepped(f"{CAT}\n-Felix Lee-", signatures=True) == [CAT]
