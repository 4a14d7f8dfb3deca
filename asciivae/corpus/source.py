"""Opening a corpus: built once, then memory-mapped from a cache."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np

from asciivae.corpus import formats, parquet
from asciivae.corpus.builder import collect
from asciivae.corpus.mapped import FORMAT, Store, save
from asciivae.corpus.scratch import ScratchError
from asciivae.corpus.store import Corpus, Piece, Refusals, Refused, Storage, Texts
from asciivae.corpus.verified import Verified, state_of
from asciivae.errors import AsciivaeError, CorpusError, nearest
from asciivae.files.opening import open_file
from asciivae.text.reading import Colours, Reading

EMBEDDED = "embedded"
_EMBEDDED_FILE = Path(__file__).parents[1] / "assets" / "drawings.jsonl.gz"  # written by tools/drawings
SUFFIXES = (*formats.JSON_LINES, parquet.SUFFIX, ".safetensors")
"""How the names of files end that are corpora."""
CLEANED = "clean.safetensors"
"""The cleaned store in a scraped folder."""

KINDS = "a folder of .txt files, a .jsonl, .jsonl.gz or .parquet file, a built .safetensors store, or 'embedded'"

_log = logging.getLogger(__name__)
_warned: set[tuple[str, str]] = set()


def open_corpus(
    spec: str | Path,
    *,
    cache: Path | None = None,
    replace: str | None = None,
    transliterate: bool = False,
    colours: str = "drop",
    verify: bool = False,
) -> Corpus:
    """Open a corpus by name or path.

    Args:
        spec: `embedded`; a folder of .txt files; a file of JSON lines (.jsonl, .jsonl.gz); a Parquet file; or a
            built store (.safetensors). Write `./embedded` for a folder called "embedded". A scraped folder gives its
            cleaned store if it has one, else the files of its manifest.
        cache: the folder of the store cache; by default ASCIIVAE_CACHE, or `asciivae` in XDG_CACHE_HOME or
            ~/.cache. If it is not writable, the store is built in memory, with a warning.
        replace: a character that replaces each one that is not printable ASCII; see `asciivae.text.art.parse`.
        transliterate: replace look-alikes first.
        colours: `drop` ANSI colours, or `refuse` pieces that contain them.
        verify: read the source and its store in full and compare digests, also if they have not changed since they
            were last verified (device, inode, size, mtime and ctime).

    Raises:
        CorpusError: the corpus does not exist, cannot be read, or has no readable piece.
        UsageError: `replace` is not one printable ASCII character.
    """
    opening = _Opening(cache or cache_folder(), verify)
    source, how = str(spec), Reading(replace, transliterate, Colours(colours))
    path = _EMBEDDED_FILE if source == EMBEDDED else Path(os.path.expanduser(spec))
    if os.path.isdir(path):
        return _open_folder(source, path, how, opening)
    if not os.path.exists(path):
        raise CorpusError("no such corpus", place=source, hint=_nearest(path))
    if path.name.lower().endswith(formats.JSON_LINES):
        key = ["jsonl", path.suffix, _named(how), opening.digest_of(path)]
        return _cached(source, key, lambda: formats.pieces_of(formats.read_records(path), how), opening)
    if path.suffix.lower() == parquet.SUFFIX:
        key = ["parquet", _named(how), opening.digest_of(path)]
        return _cached(source, key, lambda: formats.pieces_of(parquet.read_records(path), how), opening)
    if path.suffix.lower() == ".safetensors":
        return _corpus(source, opening.store(path))
    raise CorpusError("not a corpus", place=source, hint=f"a corpus is {KINDS}")


class _Opening:
    """How files are opened: with what is known of them in the cache, unless they are to be verified again."""

    def __init__(self, cache: Path, again: bool) -> None:
        self.cache, self._verified, self._again = cache, Verified(cache), again

    def digest_of(self, path: Path) -> str:
        return digest_of(path, None if self._again else self._verified)

    def store(self, path: Path) -> Store:
        store = Store(path)
        store.verify(None if self._again else self._verified)
        return store

    def built(self, path: Path, digest: str) -> Store:
        """A store that this process has just written."""
        with suppress(OSError):
            self._verified.record(path, state_of(os.stat(path)), digest)
        return Store(path)


def _open_folder(source: str, path: Path, how: Reading, opening: _Opening) -> Corpus:
    scraped = os.path.lexists(path / formats.MANIFEST)
    if scraped:
        formats.checked(path, formats.MANIFEST)
    if scraped and os.path.lexists(path / CLEANED):
        formats.checked(path, CLEANED)
        store = opening.store(path / CLEANED)
        if store.key != opening.digest_of(path / formats.MANIFEST):
            _log.warning("%s has changed since it was cleaned: asciivae corpus clean %s", source, source)
        return _corpus(source, store)
    files, refused = formats.list_folder(path)
    key = ["folder", str(path.resolve()), _named(how), files, refused]
    if scraped:
        key = [*key, opening.digest_of(path / formats.MANIFEST)]
        return _cached(source, key, lambda: formats.pieces_of(formats.read_manifest(path), how), opening)
    return _cached(source, key, partial(_folder, path, files, refused, how), opening)


def cache_folder() -> Path:
    """The cache folder: ASCIIVAE_CACHE, XDG_CACHE_HOME/asciivae or ~/.cache/asciivae."""
    if own := os.environ.get("ASCIIVAE_CACHE"):
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "asciivae"


def _cached(
    source: str, key_parts: Sequence[object], pieces: Callable[[], Iterable[Piece | Refused]], opening: _Opening
) -> Corpus:
    """Map the cached store of the same sources, or build it."""
    key = hashlib.sha256(json.dumps([FORMAT, *key_parts]).encode()).hexdigest()
    path = opening.cache / "corpora" / f"{key[:16]}.safetensors"
    if os.path.exists(path):
        try:
            store = opening.store(path)
            if store.key == key:
                return _told(_corpus(source, store), store.shared_ids)
        except CorpusError as error:
            _log.warning("%s; rebuilding it", error.headline)
    storage, refusals = _collected(pieces, path.parent)
    if not len(storage.heights):
        raise _no_pieces(source, refusals)
    shared = _shared_ids(storage)
    try:
        digest = save(path, storage, refusals, key=key, shared_ids=shared)
        return _told(_corpus(source, opening.built(path, digest)), shared)
    except (OSError, AsciivaeError) as error:
        _log.warning("the corpus cannot be cached in %s and is rebuilt each time: %s", path.parent, error)
        return _told(Corpus(storage, source=source, digest=storage.digest(), refusals=refusals), shared)


def _collected(pieces: Callable[[], Iterable[Piece | Refused]], folder: Path) -> tuple[Storage, Refusals]:
    """Build a store in temporary files, or in memory where there is no room for them."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return collect(pieces(), folder)
    except (OSError, ScratchError):
        return collect(pieces())


def _shared_ids(storage: Storage) -> int:
    """The pieces that have the id of another piece."""
    ids = Texts(storage.columns["id"], None)
    names = (hashlib.blake2b(name.encode(), digest_size=8).digest() for name in ids)
    hashes = np.fromiter((int.from_bytes(name) for name in names), np.uint64, len(ids))
    return len(ids) - np.unique(hashes).size


def _told(corpus: Corpus, shared: int) -> Corpus:
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
    if shared:
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


def digest_of(path: Path, verified: Verified | None = None) -> str:
    """SHA-256 of a file in hex.

    Args:
        path: the file.
        verified: where it is recorded, and looked up: a file that has not changed since is not read again.

    Raises:
        CorpusError: the file cannot be read.
    """
    try:
        with open_file(path) as file:
            state = state_of(os.fstat(file.fileno()))
            if state.size > formats.MAX_UNPACKED:  # a sparse file costs nothing and takes hours
                raise CorpusError(
                    f"the file is longer than {formats.MAX_UNPACKED} bytes",
                    place=str(path),
                    hint="split a large corpus into several files",
                )
            known = verified.digest(path, state) if verified else None
            digest = known or hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    except OSError as error:
        raise CorpusError(
            f"the file cannot be read: {formats.reason_of(error)}",
            place=str(path),
            hint=f"check its permissions: ls -l {path}",
        ) from None
    if verified and not known:
        verified.record(path, state, digest)
    return digest


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
