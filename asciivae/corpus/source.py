"""Opening a corpus: built once, then memory-mapped from a cache."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from asciivae.corpus import formats
from asciivae.corpus.builder import collect
from asciivae.corpus.mapped import FORMAT, Store, save
from asciivae.corpus.store import Corpus, Piece, Refusals, Refused
from asciivae.errors import AsciivaeError, CorpusError, nearest
from asciivae.files.opening import open_file
from asciivae.text.reading import Colours, Reading

EMBEDDED = "embedded"
_EMBEDDED_FILE = Path(__file__).parents[1] / "assets" / "drawings.jsonl.gz"  # written by tools/drawings
CLEANED = "clean.safetensors"
"""The cleaned store in a scraped folder."""

KINDS = "a folder of .txt files, a .jsonl or .jsonl.gz file, a built .safetensors store, or 'embedded'"

_log = logging.getLogger(__name__)
_warned: set[tuple[str, str]] = set()


def open_corpus(
    spec: str | Path,
    *,
    cache: Path | None = None,
    replace: str | None = None,
    transliterate: bool = False,
    colours: str = "drop",
) -> Corpus:
    """Open a corpus by name or path.

    Args:
        spec: `embedded`; a folder of .txt files; a file of JSON lines (.jsonl, .jsonl.gz); or a built store
            (.safetensors). Write `./embedded` for a folder called "embedded". A scraped folder gives its cleaned
            store if it has one, else the files of its manifest.
        cache: the folder of the store cache; by default ASCIIVAE_CACHE, or `asciivae` in XDG_CACHE_HOME or
            ~/.cache. If it is not writable, the store is built in memory, with a warning.
        replace: a character that replaces each one that is not printable ASCII; see `asciivae.text.art.parse`.
        transliterate: replace look-alikes first.
        colours: `drop` ANSI colours, or `refuse` pieces that contain them.

    Raises:
        CorpusError: the corpus does not exist, cannot be read, or has no readable piece.
        UsageError: `replace` is not one printable ASCII character.
    """
    source, how = str(spec), Reading(replace, transliterate, Colours(colours))
    path = _EMBEDDED_FILE if source == EMBEDDED else Path(os.path.expanduser(spec))
    if os.path.isdir(path):
        return _open_folder(source, path, how, cache)
    if not os.path.exists(path):
        raise CorpusError("no such corpus", place=source, hint=_nearest(path))
    if path.name.lower().endswith((".jsonl", ".jsonl.gz")):
        key = ["jsonl", path.suffix, _named(how), digest_of(path)]
        return _cached(source, key, partial(formats.read_jsonl, path, how), cache)
    if path.suffix.lower() == ".safetensors":
        return _corpus(source, Store(path))
    raise CorpusError("not a corpus", place=source, hint=f"a corpus is {KINDS}")


def _open_folder(source: str, path: Path, how: Reading, cache: Path | None) -> Corpus:
    scraped = os.path.lexists(path / formats.MANIFEST)
    if scraped:
        formats.checked(path, formats.MANIFEST)
    if scraped and os.path.lexists(path / CLEANED):
        formats.checked(path, CLEANED)
        store = Store(path / CLEANED)
        if store.key != digest_of(path / formats.MANIFEST):
            _log.warning("%s has changed since it was cleaned: asciivae corpus clean %s", source, source)
        return _corpus(source, store)
    files, refused = formats.list_folder(path)
    key = ["folder", str(path.resolve()), _named(how), files, refused]
    if scraped:
        key = [*key, digest_of(path / formats.MANIFEST)]
        return _cached(source, key, partial(formats.read_scraped, path, how), cache)
    return _cached(source, key, partial(_folder, path, files, refused, how), cache)


def cache_folder() -> Path:
    """The cache folder: ASCIIVAE_CACHE, XDG_CACHE_HOME/asciivae or ~/.cache/asciivae."""
    if own := os.environ.get("ASCIIVAE_CACHE"):
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "asciivae"


def _cached(
    source: str, key_parts: Sequence[object], pieces: Callable[[], Iterable[Piece | Refused]], cache: Path | None
) -> Corpus:
    """Map the cached store of the same sources, or build it."""
    key = hashlib.sha256(json.dumps([FORMAT, *key_parts]).encode()).hexdigest()
    path = (cache or cache_folder()) / "corpora" / f"{key[:16]}.safetensors"
    if os.path.exists(path):
        try:
            store = Store(path)
            if store.key == key:
                return _told(_corpus(source, store))
        except CorpusError as error:
            _log.warning("%s; rebuilding it", error.headline)
    storage, refusals = collect(pieces())
    if not len(storage.heights):
        raise _no_pieces(source, refusals)
    try:
        save(path, storage, refusals, key=key)
        return _told(_corpus(source, Store(path)))
    except (OSError, AsciivaeError) as error:
        _log.warning("the corpus cannot be cached in %s and is rebuilt each time: %s", path.parent, error)
        return _told(Corpus(storage, source=source, digest=storage.digest(), refusals=refusals))


def _told(corpus: Corpus) -> Corpus:
    """Warn of pieces that are missing, and of ids that do not identify a piece; once for each corpus."""
    if (corpus.source, corpus.digest) in _warned:
        return corpus
    _warned.add((corpus.source, corpus.digest))
    if corpus.refused_total:
        place, reason = corpus.refused[0]
        _log.warning(
            "%d of %d pieces of %s cannot be read and are left out; the first is %s: %s",
            corpus.refused_total,
            corpus.refused_total + len(corpus),
            corpus.source,
            place,
            reason,
        )
    if shared := len(corpus) - len(set(corpus.column("id"))):
        _log.warning("%d pieces of %s have the id of another piece", shared, corpus.source)
    return corpus


def _corpus(source: str, store: Store) -> Corpus:
    return Corpus(store.storage, source=source, digest=store.digest, refusals=store.refusals)


def _folder(
    path: Path, files: list[formats.TextFile], refused: list[Refused], how: Reading
) -> Iterator[Piece | Refused]:
    yield from refused
    yield from formats.read_folder(path, files, how)


def _named(how: Reading) -> object:
    """What distinguishes the cached stores of a corpus that is read in several ways."""
    return how.replace if how == Reading(how.replace) else how


def digest_of(path: Path) -> str:
    """SHA-256 of a file in hex.

    Raises:
        CorpusError: the file cannot be read.
    """
    try:
        with open_file(path) as file:
            if os.fstat(file.fileno()).st_size > formats.MAX_UNPACKED:  # a sparse file costs nothing and takes hours
                raise CorpusError(
                    f"the file is longer than {formats.MAX_UNPACKED} bytes",
                    place=str(path),
                    hint="split a large corpus into several files",
                )
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    except OSError as error:
        raise CorpusError(
            f"the file cannot be read: {formats.reason_of(error)}",
            place=str(path),
            hint=f"check its permissions: ls -l {path}",
        ) from None


def _no_pieces(source: str, refusals: Refusals) -> CorpusError:
    if not refusals.total:
        return CorpusError("it contains no ASCII art", place=source, hint=f"a corpus is {KINDS}")
    place, reason = refusals.examples[0]
    others = "printable ASCII" in reason or "UTF-8" in reason
    clean = f"replace look-alikes: asciivae corpus clean {source} --transliterate --out clean.safetensors"
    return CorpusError(
        f"none of its {refusals.total} pieces can be read; the first is {place}: {reason}",
        place=source,
        hint=clean if others else f"a corpus is {KINDS}, with at least one drawing that can be read",
    )


def _nearest(path: Path) -> str:
    try:
        names = [EMBEDDED, *os.listdir(path.parent)]
    except OSError:
        names = [EMBEDDED]
    near = nearest(path.name, names)
    meant = EMBEDDED if near == EMBEDDED else str(path.with_name(near)) if near else ""
    return (f"did you mean {meant}? " if meant else "") + f"a corpus is {KINDS}"
