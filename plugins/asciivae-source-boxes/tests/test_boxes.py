from asciivae_source_boxes import Boxes, BoxesConfig

from asciivae.contract import Link, Page, RawArt

DESIGNS = """# designs made for this test
BOX corner, nook
author "A. N. Other <other@example.org>"
tags ("simple", "frame")
sample
    .--.
    |  |
    '--'
ends
shapes { nw (".") }
END corner

BOX bare
sample
##
ends
END bare

BOX nothing
END nothing
"""


def test_samples_are_pieces() -> None:
    source = Boxes(BoxesConfig())
    assert list(source.read(Page(text=DESIGNS, address="boxes-config"))) == [
        RawArt(
            text="    .--.\n    |  |\n    '--'\n",
            category="frames/simple",
            caption="corner",
            artist="A. N. Other",
            license="GPL-3.0 (the collection)",
        ),
        RawArt(text="##\n", category="frames", caption="bare", license="GPL-3.0 (the collection)"),
    ]


def test_any_text_is_read() -> None:
    for text in ("", "BOX", "BOX a\nsample\n", "\0" * 9, "<html>"):
        assert not list(Boxes(BoxesConfig()).read(Page(text=text, address="")))


def test_it_starts_where_it_is_told() -> None:
    assert list(Boxes(BoxesConfig(root="http://mirror.example/boxes")).start()) == [
        Link(address="http://mirror.example/boxes")
    ]
