"""Parquet files: the columns of a file of JSON lines, for Arrow, `datasets`, DuckDB and Spark. Needs pyarrow.

Files are read a row group at a time and written in row groups. A file may come from elsewhere, so what it says of its
sizes is limited before anything is allocated, and what it unpacks to while it is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from asciivae.corpus.builder import MAX_PIECES
from asciivae.corpus.formats import FREE, MAX_LINE, MAX_RATIO, MAX_UNPACKED, Record, reason_of, written
from asciivae.corpus.store import COLUMNS, Corpus, Refused
from asciivae.errors import CorpusError, Place
from asciivae.files.atomic import is_special, opened_output
from asciivae.files.opening import open_file

SUFFIX = ".parquet"

MAX_FOOTER = 1 << 26
"""The longest description of a file, in bytes."""

MAX_GROUP = 1 << 30
"""The largest row group, in bytes after decompression of the columns that are read."""

MAX_ROWS = MAX_PIECES
"""The most rows."""

_AGAIN = "write it again; one row holds one piece"
_READ, _HELD = 1024, 1 << 26  # rows that are decoded together, and their bytes, else they are decoded one by one
_WRITTEN = 1 << 13  # pieces that are encoded together
_GROUP = 1 << 16  # pieces in a row group


def read_records(path: Path) -> Iterator[Record | Refused]:
    """Read a Parquet file as records, in bounded memory.

    It has the art as strings in the column `text`, and strings or integers in any of `asciivae.corpus.store.COLUMNS`;
    a null counts as an empty string. Other columns are not read. A row that cannot be used is refused with its place,
    the number of the row from 1, and the reason.

    Raises:
        CorpusError: pyarrow is missing, or the file cannot be read, has no text or is larger than the limits.
    """
    pyarrow = _pyarrow(path)
    with _opened(pyarrow, path) as (file, opened, names):
        packed, unpacked, row = os.fstat(file.fileno()).st_size, 0, 0
        _check_groups(path, opened.metadata, names)
        for batch in opened.iter_batches(_READ, columns=names, use_threads=False):
            held = sum(int(_lengths(pyarrow, batch.column(name)).sum()) for name in names)
            unpacked += held
            if unpacked > min(max(FREE, MAX_RATIO * packed), MAX_UNPACKED):
                raise _too_large(path, f"the file unpacks to more than {MAX_RATIO} times its size")
            for texts in _rows(batch, names, together=held <= _HELD):
                row += 1
                yield _record(path, row, texts)


def write_parquet(corpus: Corpus, path: Path) -> None:
    """Write one row per piece, with `text` and the other columns; unknown values are null.

    Raises:
        CorpusError: pyarrow is missing, or the file cannot be written.
    """
    pyarrow = _pyarrow(path)
    schema = pyarrow.schema([*((name, pyarrow.string()) for name in corpus.columns), ("text", pyarrow.string())])
    with ExitStack() as opened:
        if not is_special(path):
            opened.enter_context(written(path))
        file = opened.enter_context(opened_output(path, hint="choose another --out", kind=CorpusError))
        writer = opened.enter_context(pyarrow.parquet.ParquetWriter(file, schema, compression="zstd"))
        for begin in range(0, len(corpus), _GROUP):
            group = range(begin, min(begin + _GROUP, len(corpus)))
            writer.write_table(pyarrow.Table.from_batches(_batches(pyarrow, corpus, schema, group)), _GROUP)


def _batches(pyarrow: Any, corpus: Corpus, schema: Any, pieces: range) -> Iterator[Any]:
    columns = [corpus.column(name) for name in corpus.columns]
    for begin in range(pieces.start, pieces.stop, _WRITTEN):
        some = slice(begin, min(begin + _WRITTEN, pieces.stop))
        values = [[text or None for text in column[some]] for column in columns]
        values.append([corpus.text(i) for i in range(some.start, some.stop)])
        arrays = [pyarrow.array(texts, pyarrow.string()) for texts in values]
        yield pyarrow.RecordBatch.from_arrays(arrays, schema=schema)


def _pyarrow(path: Path) -> Any:
    try:
        import pyarrow
        import pyarrow.compute
        import pyarrow.parquet
    except ImportError as error:
        raise CorpusError(
            f"Parquet needs the package {error.name}",
            place=str(path),
            hint="install it: pip install 'asciivae[parquet]'",
        ) from error
    return pyarrow


@contextmanager
def _opened(pyarrow: Any, path: Path) -> Iterator[tuple[BinaryIO, Any, list[str]]]:
    try:
        with open_file(path) as file:
            _check_footer(path, file)
            schema = pyarrow.parquet.read_schema(file)
            names = _columns(pyarrow, path, schema)
            file.seek(0)
            # Dictionaries stay packed: a page of a few bytes may repeat a long text many times.
            packed = [name for name in names if not pyarrow.types.is_primitive(schema.field(name).type)]
            limits = {"thrift_string_size_limit": MAX_FOOTER, "thrift_container_size_limit": 1_000_000}
            yield file, pyarrow.parquet.ParquetFile(file, read_dictionary=packed, **limits), names
    except (OSError, pyarrow.ArrowException, LookupError, ValueError, OverflowError, MemoryError) as error:
        reason = reason_of(error).split("\n")[0]
        raise CorpusError(f"the file cannot be read: {reason}", place=str(path), hint=_AGAIN) from None


def _check_footer(path: Path, file: BinaryIO) -> None:
    size = os.fstat(file.fileno()).st_size
    if size > MAX_UNPACKED:
        raise _too_large(path, f"the file is longer than {MAX_UNPACKED} bytes")
    file.seek(max(size - 8, 0))
    end = file.read(8)
    if size < 12 or end[4:] != b"PAR1":
        raise CorpusError("this is not a Parquet file", place=str(path), hint=_AGAIN)
    if int.from_bytes(end[:4], "little") > min(MAX_FOOTER, size):
        raise ValueError("its footer is longer than the limit or the file")
    file.seek(0)


def _columns(pyarrow: Any, path: Path, schema: Any) -> list[str]:
    """The columns to read, `text` first."""
    names = [name for name in ("text", *COLUMNS, "several") if name in schema.names]
    if "text" not in names:
        raise CorpusError(
            "the file has no column 'text'",
            place=str(path),
            hint=f"'text' holds the art, its lines separated by \\n; it has: {', '.join(map(repr, schema.names[:20]))}",
        )
    for name in names:
        found = schema.field(schema.get_field_index(name)).type
        kind = found.value_type if pyarrow.types.is_dictionary(found) else found
        if schema.names.count(name) > 1 or not _suits(pyarrow.types, name, kind):
            wanted = "booleans" if name == "several" else "strings"
            raise CorpusError(
                f"the column {name!r} is not one of {wanted}: {found}",
                place=str(path),
                hint="cast it, or drop it; 'text' and the other columns are strings",
            )
    return names


def _suits(types: Any, name: str, kind: Any) -> bool:
    if name == "several":
        return bool(types.is_boolean(kind))
    return types.is_string(kind) or types.is_large_string(kind) or (name != "text" and types.is_integer(kind))


def _check_groups(path: Path, metadata: Any, names: list[str]) -> None:
    """Refuse a file for what it says of its sizes."""
    if not 0 <= metadata.num_rows <= MAX_ROWS:
        raise _too_large(path, f"the file has more than {MAX_ROWS} rows")
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        chunks = [group.column(i) for i in range(group.num_columns)]
        size = sum(chunk.total_uncompressed_size for chunk in chunks if chunk.path_in_schema in names)
        if not 0 <= size <= MAX_GROUP or not 0 <= group.num_rows <= MAX_ROWS:
            raise _too_large(path, f"row group {number} is larger than {MAX_GROUP} bytes")


def _lengths(pyarrow: Any, column: Any) -> Any:
    """The bytes of each value that is not null."""
    if pyarrow.types.is_dictionary(column.type):
        lengths = _lengths(pyarrow, column.dictionary)
        indices = column.indices.drop_null().to_numpy(zero_copy_only=False)
        # Arrow does not check this, and would read other memory.
        if indices.size and not 0 <= indices.min() <= indices.max() < len(lengths):
            raise ValueError("a row refers to a value that is not there")
        return lengths[indices]
    if pyarrow.types.is_string(column.type) or pyarrow.types.is_large_string(column.type):
        lengths = pyarrow.compute.binary_length(column).fill_null(0)
        return lengths.to_numpy(zero_copy_only=False).astype(np.int64)
    return np.full(len(column), 8)


def _rows(batch: Any, names: list[str], *, together: bool) -> Iterator[dict[str, Any]]:
    if together:
        try:
            columns = [batch.column(name).to_pylist() for name in names]
        except UnicodeDecodeError:
            pass
        else:
            yield from (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))
            return
    for row in range(batch.num_rows):
        yield {name: _value(batch.column(name)[row]) for name in names}


def _value(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError as error:
        return error


def _record(path: Path, row: int, values: dict[str, Any]) -> Record | Refused:
    place = Place(str(path), row)
    several = values.pop("several", None) is True
    for name, value in values.items():
        if isinstance(value, UnicodeDecodeError):
            return Refused(str(place), f"'{name}': byte 0x{value.object[value.start]:02X} is not UTF-8 text")
        if isinstance(value, str) and len(value) > MAX_LINE:
            return Refused(str(place), f"'{name}' is longer than {MAX_LINE} characters")
    text = values.pop("text")
    if text is None:
        return Refused(str(place), "'text' is null")
    return Record(place, text, {name: str(value) for name, value in values.items() if value is not None}, several)


def _too_large(path: Path, what: str) -> CorpusError:
    return CorpusError(what, place=str(path), hint="one row holds one piece; split a large corpus into several files")
