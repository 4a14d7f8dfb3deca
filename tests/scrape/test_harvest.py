"""What a source gives is checked, counted and reported."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from asciivae import registry
from asciivae.contract import Link, Page, RawArt
from asciivae.errors import PluginError
from asciivae.scrape.archive import Archive
from asciivae.scrape.harvest import Harvest, Opened, Report, open_source
from asciivae.scrape.local import FileSource

CAT = " /\\_/\\\n( o.o )\n > ^ <\n"


class Sick(FileSource):
    def __init__(self, found: list[Any]) -> None:
        self.found = found

    def read(self, page: Page) -> Iterator[Any]:
        print("talk")
        for thing in self.found:
            if isinstance(thing, Exception):
                raise thing
            yield thing


@pytest.mark.parametrize(
    ("found", "detail"),
    [
        ([RawArt(text=CAT), KeyError("x")], "sick cannot read it (them 1.0): KeyError: 'x'"),
        (
            [RawArt(text=CAT), "text"],
            "sick cannot read it (them 1.0): TypeError: a source must yield RawArt or Link, not str",
        ),
    ],
)
def test_a_source_that_fails_is_named(
    out: Path, found: list[Any], detail: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Archive(out) as archive:
        harvest = Harvest(archive)
        assert harvest.take(Opened("sick", "them 1.0", Sick(found)), Page(text="", address="p")) == []
    assert harvest.report.failed == {"sick cannot read it": 1}
    assert harvest.report.examples == [("p", detail)]
    assert harvest.report.pieces == {"new": 1}, "what it gave before is kept"
    assert capsys.readouterr().out == "", "stdout is not for its talk"


def test_a_page_of_countless_links_or_pieces_is_left_at_the_limit(out: Path) -> None:
    found = [Link(address="x"), RawArt(text=CAT)] * 5
    with Archive(out) as archive:
        harvest = Harvest(archive)
        assert len(harvest.take(Opened("many", "them 1.0", Sick(found)), Page(text="", address="p"), most=3)) == 2
    assert harvest.report.pieces == {"new": 1}
    assert harvest.report.failed == {"more than 3 pieces and links; the rest is left out": 1}


def test_links_to_other_categories_are_not_followed(out: Path) -> None:
    links = [Link(address=c, category=c) for c in ("", "a", "a/b", "a/b/c", "ab", "d")]
    with Archive(out) as archive:
        taken = Harvest(archive, categories=["A/B"]).take(Opened("s", "", Sick(list(links))), Page(text="", address=""))
    assert [link.address for link in taken] == ["", "a", "a/b", "a/b/c"]


def test_options_are_checked() -> None:
    with pytest.raises(PluginError) as caught:
        open_source("folder", {"x": "1"})
    assert (caught.value.message, caught.value.hint) == ("source 'folder' has no option 'x'", "it has: none")
    with pytest.raises(PluginError, match="unknown source 'foldr' — did you mean 'folder'"):
        open_source("foldr")


@dataclass(frozen=True)
class Typed:
    depth: int = 1
    deep: bool = False


class Choosy(FileSource):
    Config = Typed  # type: ignore[assignment]


def test_options_have_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "load", lambda kind, name: Choosy)
    assert open_source("folder", {"depth": "7", "deep": "true"}).source.config == Typed(7, True)
    with pytest.raises(PluginError) as caught:
        open_source("folder", {"depth": "deep"})
    assert caught.value.message.startswith("source 'folder' of asciivae 0.1.0.dev0 cannot be used: ValueError: ")
    assert caught.value.hint == "check its options: --set NAME=VALUE"


def test_reports_travel() -> None:
    report = Report(pages=2)
    report.fail("a", "b", "c")
    report.pieces["new"] += 1
    assert Report.from_dict(json.loads(json.dumps(report.as_dict()))) == report
