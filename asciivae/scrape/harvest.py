"""Reading pages with sources into an archive, and counting what happens."""

from __future__ import annotations

import contextlib
import fnmatch
import os
import stat
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from gzip import GzipFile
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from asciivae import registry
from asciivae.contract import Link, Page, RawArt
from asciivae.corpus.formats import reason_of
from asciivae.errors import CorpusError, PluginError
from asciivae.scrape.archive import Archive, slug
from asciivae.scrape.decode import decode

MOST_FILE_BYTES = 1 << 28
"""The largest file that is read, after decompression."""

MOST_EXAMPLES = 100


class Opened(NamedTuple):
    """A source, ready to read: its public name, who offers it, and the thing itself."""

    name: str
    origin: str
    source: Any


@dataclass(slots=True)
class Report:
    """What a scrape did, in numbers.

    Attributes:
        pages: the documents that were read.
        fetched: how many of them came over the network.
        pieces: what became of the pieces on them: `new`, `known`, `unwanted` (of other categories), `empty`,
            `too large`.
        failed: how many documents could not be had or read, by reason.
        examples: the first of these: address and reason.
    """

    pages: int = 0
    fetched: int = 0
    pieces: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[str, str]] = field(default_factory=list)

    def fail(self, address: str, reason: str, detail: str = "") -> None:
        """Count a document that could not be had or read."""
        self.failed[reason] += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append((address, detail or reason))

    def as_dict(self) -> dict[str, Any]:
        """Plain data; see `from_dict`."""
        return {
            "pages": self.pages,
            "fetched": self.fetched,
            "pieces": dict(self.pieces),
            "failed": dict(self.failed.most_common()),
            "examples": [{"address": address, "reason": reason} for address, reason in self.examples],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Report:
        """Read what `as_dict` wrote."""
        examples = [(example["address"], example["reason"]) for example in data["examples"]]
        return cls(data["pages"], data["fetched"], Counter(data["pieces"]), Counter(data["failed"]), examples)


class Harvest:
    """Takes the art from pages into an archive.

    Args:
        archive: where to.
        categories: which to take, with all that they hold; none takes all.
        limit: the most new pieces.
    """

    def __init__(self, archive: Archive, *, categories: Sequence[str] = (), limit: int | None = None) -> None:
        self.archive = archive
        self.report = Report()
        self._wanted = [[slug(part) for part in category.split("/")] for category in categories]
        self._limit = limit

    @property
    def full(self) -> bool:
        """Whether there are as many new pieces as were asked for."""
        return self._limit is not None and self.report.pieces["new"] >= self._limit

    def take(self, opened: Opened, page: Page) -> list[Link]:
        """Read a page: keep its art, and give its links to wanted categories. A source that fails is counted."""
        self.report.pages += 1
        links: list[Link] = []
        try:
            with contextlib.redirect_stdout(sys.stderr):  # stdout carries results, never a plugin's talk
                for found in opened.source.read(page):
                    if self.full:
                        break
                    if isinstance(found, RawArt):
                        self._keep(found, opened.name, page.address)
                    elif isinstance(found, Link):
                        links += [found] * self.wants(found.category, on_the_way=True)
                    else:
                        raise TypeError(f"a source gives RawArt and Link, not {type(found).__name__}")
        except CorpusError:  # the archive cannot be written: nobody's page is to blame
            raise
        except Exception as error:
            what = f"{type(error).__name__}: {error}"
            self.report.fail(page.address, f"{opened.name} cannot read it", f"{opened.name} ({opened.origin}): {what}")
        return links

    def wants(self, category: str, *, on_the_way: bool = False) -> bool:
        """Whether a category was asked for; `on_the_way` also one that such a category may be in."""
        own = [slug(part) for part in category.split("/")] if category else []
        if not self._wanted or (on_the_way and not own):
            return True
        return any(
            own[: len(wanted)] == wanted or (on_the_way and wanted[: len(own)] == own) for wanted in self._wanted
        )

    def _keep(self, art: RawArt, source: str, address: str) -> None:
        wanted = self.wants(art.category)
        self.report.pieces[self.archive.add(art, source=source, address=address) if wanted else "unwanted"] += 1


def open_source(name: str, options: dict[str, str] | None = None) -> Opened:
    """Load a source by its name and build it with its options, which are strings.

    Raises:
        PluginError: there is no such source, it has no such option, or it fails.
    """
    entry = registry.find("source", name)
    kind = registry.load("source", name)
    fields = kind.Config.__dataclass_fields__
    for option in options or {}:
        if option not in fields:
            raise PluginError(
                f"source {name!r} has no option {option!r}",
                hint=f"it has: {', '.join(fields) or 'none'}",
            )
    try:
        made = {option: _converted(fields[option].type, value) for option, value in (options or {}).items()}
        return Opened(entry.name, entry.origin, kind(kind.Config(**made)))
    except Exception as error:
        raise PluginError(
            f"source {name!r} of {entry.origin} cannot be used: {type(error).__name__}: {error}",
            hint="see to its options: --set NAME=VALUE",
        ) from error


def take_files(harvest: Harvest, opened: Opened, paths: Sequence[Path]) -> Iterator[Report]:
    """Read files, and folders of them, with a source; yield the report after each file.

    Raises:
        CorpusError: a path does not exist, or the archive cannot be written.
    """
    for path in paths:
        if not path.exists():
            raise CorpusError("there is no such file or folder", place=str(path), hint="list the folder: ls")
        for file, folder in [(path, "")] if not path.is_dir() else _files_below(path, opened.source.files, harvest):
            if harvest.full:
                return
            try:
                page = Page(text=decode(_content(file)), address=str(file), folder=folder)
            except (OSError, EOFError, zlib.error) as error:
                harvest.report.fail(str(file), f"it cannot be read: {reason_of(error)}")
            except ValueError as error:
                harvest.report.fail(str(file), str(error))
            else:
                harvest.take(opened, page)
            yield harvest.report


def _files_below(root: Path, patterns: Sequence[str], harvest: Harvest) -> Iterator[tuple[Path, str]]:
    own = harvest.archive.root.resolve()
    for folder, below, names in os.walk(root):
        # Hidden folders hold other things than art; and what is being written here must not be read again.
        below[:] = sorted(name for name in below if not name.startswith(".") and Path(folder, name).resolve() != own)
        for name in sorted(names):
            if not name.startswith(".") and any(fnmatch.fnmatch(name.lower(), pattern) for pattern in patterns):
                relative = Path(folder).relative_to(root).as_posix()
                yield Path(folder, name), "" if relative == "." else relative


def _content(path: Path) -> bytes:
    if not stat.S_ISREG(path.stat().st_mode):  # a pipe would keep us waiting for ever
        raise ValueError("it is not a regular file")
    with path.open("rb") as raw, GzipFile(fileobj=raw) if path.suffix == ".gz" else raw as file:
        data = cast(BinaryIO, file).read(MOST_FILE_BYTES + 1)
    if len(data) > MOST_FILE_BYTES:
        raise ValueError(f"it is longer than {MOST_FILE_BYTES} bytes; divide it")
    return data


def _converted(kind: Any, value: str) -> Any:
    """A string as an option's plain type."""
    name = kind if isinstance(kind, str) else getattr(kind, "__name__", "")
    if name == "bool":
        return {"true": True, "false": False}[value]
    return {"int": int, "float": float}.get(name, str)(value)
