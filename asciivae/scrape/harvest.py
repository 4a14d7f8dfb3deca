"""Reading pages with sources into an archive, with counts of the outcomes."""

from __future__ import annotations

import fnmatch
import os
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from gzip import GzipFile
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from asciivae import registry
from asciivae.blame import contained, said
from asciivae.contract import Link, Page, RawArt
from asciivae.corpus.formats import reason_of
from asciivae.errors import CorpusError, PluginError
from asciivae.files.opening import open_file
from asciivae.scrape.archive import Archive, slug
from asciivae.scrape.decode import decode, unknown_charset

MAX_FILE_BYTES = 1 << 28
"""The size limit for a file after decompression."""

MAX_EXAMPLES = 100


class Opened(NamedTuple):
    """A source instance, with its public name and its distribution."""

    name: str
    origin: str
    source: Any


@dataclass(slots=True)
class Report:
    """Counts of a scrape.

    Attributes:
        pages: documents read.
        fetched: documents fetched over the network.
        pieces: pieces by outcome: `new`, `known`, `unwanted` (other categories), `empty`, `too large`.
        failed: documents that could not be fetched or read, by reason.
        examples: the address and reason of the first failures.
        notes: what else is worth knowing, such as unknown charsets, and how often.
    """

    pages: int = 0
    fetched: int = 0
    pieces: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[str, str]] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)

    def fail(self, address: str, reason: str, detail: str = "") -> None:
        """Count a document that could not be fetched or read."""
        self.failed[reason] += 1
        if len(self.examples) < MAX_EXAMPLES:
            self.examples.append((address, detail or reason))

    @property
    def outcomes(self) -> int:
        """The number of pieces and failures counted so far."""
        return self.pieces.total() + self.failed.total()

    def as_dict(self) -> dict[str, Any]:
        """Plain data; see `from_dict`."""
        return {
            "pages": self.pages,
            "fetched": self.fetched,
            "pieces": dict(self.pieces),
            "failed": dict(self.failed.most_common()),
            "examples": [{"address": address, "reason": reason} for address, reason in self.examples],
            "notes": dict(self.notes.most_common()),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Report:
        """Read what `as_dict` wrote."""
        examples = [(example["address"], example["reason"]) for example in data["examples"]]
        return cls(
            data["pages"],
            data["fetched"],
            Counter(data["pieces"]),
            Counter(data["failed"]),
            examples,
            Counter(data["notes"]),
        )


class Harvest:
    """Collects the art of pages into an archive.

    Args:
        archive: the archive.
        categories: the categories to take, with their subcategories; empty takes all.
        limit: the most new pieces.
    """

    def __init__(self, archive: Archive, *, categories: Sequence[str] = (), limit: int | None = None) -> None:
        self.archive = archive
        self.report = Report()
        self._wanted = [[slug(part) for part in category.split("/")] for category in categories]
        self._limit = limit

    @property
    def full(self) -> bool:
        """Whether the limit of new pieces is reached."""
        return self._limit is not None and self.report.pieces["new"] >= self._limit

    def take(self, opened: Opened, page: Page, *, most: int | None = None) -> list[Link]:
        """Read a page: add its art, and return its links to wanted categories. Failures of the source are counted.

        Args:
            opened: the source.
            page: the page.
            most: the limit on its pieces and links; what comes after is left out, and counted as a failure.
        """
        self.report.pages += 1
        links: list[Link] = []
        try:
            with contained(_ended):
                for number, found in enumerate(opened.source.read(page)):
                    if self.full:
                        break
                    if number == most:
                        self.report.fail(page.address, f"more than {most} pieces and links; the rest is left out")
                        break
                    if isinstance(found, RawArt):
                        self._keep(found, opened.name, page.address)
                    elif isinstance(found, Link):
                        links += [found] * self.wants(found.category, or_ancestor=True)
                    else:
                        raise TypeError(f"a source must yield RawArt or Link, not {type(found).__name__}")
        except CorpusError:  # the archive cannot be written: not a failure of the source
            raise
        except Exception as error:
            what = str(error) if isinstance(error, ValueError) else said(error)
            reason = f"{opened.name} cannot read it"
            self.report.fail(page.address, reason, f"{reason} ({opened.origin}): {what}")
        return links

    def wants(self, category: str, *, or_ancestor: bool = False) -> bool:
        """Whether a category was requested; with `or_ancestor` also whether it may contain a requested one."""
        own = [slug(part) for part in category.split("/")] if category else []
        if not self._wanted or (or_ancestor and not own):
            return True
        return any(
            own[: len(wanted)] == wanted or (or_ancestor and wanted[: len(own)] == own) for wanted in self._wanted
        )

    def _keep(self, art: RawArt, source: str, address: str) -> None:
        wanted = self.wants(art.category)
        self.report.pieces[self.archive.add(art, source=source, address=address) if wanted else "unwanted"] += 1


def _ended(error: BaseException) -> Exception:
    """What a source raised, as an exception that ends no more than the reading of a page."""
    return error if isinstance(error, Exception) else ValueError(said(error))


def open_source(name: str, options: dict[str, str] | None = None) -> Opened:
    """Load a source by its name and instantiate it with options given as strings.

    Raises:
        PluginError: the source or an option is unknown, or the source fails.
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

    def as_error(error: BaseException) -> PluginError:
        what = f"source {name!r} of {entry.origin} cannot be used: {said(error)}"
        return PluginError(what, hint="check its options: --set NAME=VALUE")

    with contained(as_error):
        made = {option: _converted(fields[option].type, value) for option, value in (options or {}).items()}
        return Opened(entry.name, entry.origin, kind(kind.Config(**made)))


def take_files(harvest: Harvest, opened: Opened, paths: Sequence[Path]) -> Iterator[Report]:
    """Read files and folders with a source; yield the report after each file.

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
                data = _content(file, min(MAX_FILE_BYTES, getattr(opened.source, "largest", MAX_FILE_BYTES)))
                page = Page(text=decode(data), address=str(file), folder=folder)
                if (note := unknown_charset(data)) is not None:
                    harvest.report.notes[note] += 1
            except (OSError, EOFError, zlib.error) as error:
                harvest.report.fail(str(file), f"it cannot be read: {reason_of(error)}")
            except ValueError as error:
                harvest.report.fail(str(file), str(error))
            else:
                before = harvest.report.outcomes
                harvest.take(opened, page)
                if harvest.report.outcomes == before:
                    harvest.report.fail(str(file), "it holds no drawing")
            yield harvest.report


def _files_below(root: Path, patterns: Sequence[str], harvest: Harvest) -> Iterator[tuple[Path, str]]:
    own = harvest.archive.root.resolve()
    for folder, below, names in os.walk(root):
        # Skip hidden folders, and the archive itself.
        below[:] = sorted(name for name in below if not name.startswith(".") and Path(folder, name).resolve() != own)
        for name in sorted(names):
            if not name.startswith(".") and any(fnmatch.fnmatch(name.lower(), pattern) for pattern in patterns):
                relative = Path(folder).relative_to(root).as_posix()
                yield Path(folder, name), "" if relative == "." else relative


def _content(path: Path, most: int) -> bytes:
    with open_file(path) as raw, GzipFile(fileobj=raw) if path.suffix.lower() == ".gz" else raw as file:
        data = cast(BinaryIO, file).read(most + 1)
    if len(data) > most:
        raise ValueError(f"it is longer than {most} bytes; split it")
    return data


def _converted(kind: Any, value: str) -> Any:
    """Convert a string to the plain type of an option."""
    name = kind if isinstance(kind, str) else getattr(kind, "__name__", "")
    if name == "bool":
        return {"true": True, "false": False}[value]
    return {"int": int, "float": float}.get(name, str)(value)
