"""`asciivae corpus clean | stats | verify | split | show | export`."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asciivae.cli.inputs import check_folder, check_outputs, refuse_inputs, refuse_twice
from asciivae.cli.output import json_result, reported, result, say, table
from asciivae.errors import CorpusError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asciivae.corpus.steps import Step
    from asciivae.corpus.store import Corpus, Refused, Storage

app = typer.Typer(help="Clean, inspect, split and export corpora.", no_args_is_help=True)
Spec = Annotated[
    str, typer.Argument(metavar="CORPUS", help="A folder, a .jsonl, .parquet or .safetensors file, or 'embedded'.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
Out = Annotated[Path, typer.Option(help="The output path.")]


@app.command()
@reported
def clean(
    corpus: Spec,
    out: Annotated[
        Path | None, typer.Option(help="The store to write (default: in a scraped folder, its clean.safetensors).")
    ] = None,
    lines: Annotated[str, typer.Option(help="The least and the most lines of a piece.")] = "3:100",
    size: Annotated[str, typer.Option("--bytes", help="The least and the most bytes of a piece.")] = "25:6000",
    transliterate: Annotated[
        bool, typer.Option("--transliterate", help="Replace look-alikes: line drawing, quotes, accents.")
    ] = False,
    remove_signatures: Annotated[
        bool, typer.Option("--remove-signatures", help="Remove artists' signatures, which they ask to keep.")
    ] = False,
    step: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Also apply a plugin's step, or PATH.py:CLASS; repeat.")
    ] = None,
    near: Annotated[float, typer.Option(help="The least similarity of near duplicates, in (0, 1].")] = 0.9,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes (default: one a core; 1 with plugins' steps).")
    ] = None,
    refused: Annotated[
        Path | None, typer.Option(help="Write every refused text's place and reason to this file, as JSON lines.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Clean a corpus into one store. The source is not modified; refusals are counted by reason."""
    from asciivae.corpus import cleaning
    from asciivae.corpus.formats import MANIFEST
    from asciivae.corpus.processes import cores
    from asciivae.corpus.raw_texts import read_raw_texts
    from asciivae.corpus.source import CLEANED, digest_of
    from asciivae.corpus.steps import Limits, steps
    from asciivae.files.atomic import opened_output

    manifest = Path(corpus).expanduser() / MANIFEST
    if out is None and not manifest.is_file():
        raise UsageError("needs --out", place="asciivae corpus clean", hint="for example --out clean.safetensors")
    target = _store_path(out) if out else _own_store(manifest.parent, CLEANED)
    refuse_twice(target, refused)
    refuse_inputs([target, refused], [corpus, manifest], hint="name another file")
    if not 0 < near <= 1:
        raise UsageError(f"{near:g} is not in (0, 1]", place="--near", hint="for example --near 0.9")
    (min_lines, max_lines), (min_bytes, max_bytes) = _range(lines, "--lines"), _range(size, "--bytes")
    limits = Limits(min_lines=min_lines, max_lines=max_lines, min_bytes=min_bytes, max_bytes=max_bytes)
    more = _plugin_steps(step or [])
    chosen = steps(limits, transliterate=transliterate, signatures=remove_signatures, more=more)
    # Computed before the files are read, so that pieces scraped meanwhile make the store outdated.
    key = digest_of(manifest) if manifest.is_file() else ""
    with ExitStack() as opened:
        file = opened.enter_context(opened_output(refused, hint="name another file")) if refused else None

        def on_rejected(found: Refused) -> None:
            if file:
                line = json.dumps({"place": found.place, "reason": found.reason})
                file.write(line.encode() + b"\n")

        storage, refusals, tally = cleaning.clean(
            read_raw_texts(corpus),
            chosen,
            near=near,
            on_rejected=on_rejected,
            workers=workers or (1 if more else cores()),  # a plugin's step may remember earlier texts
            scratch=_scratch(target),
        )
    _save(target, storage, refusals, key)
    if as_json:
        json_result({"out": str(target), **tally.as_dict()}, schema=2)
        return
    say(f"{tally.read} read, {tally.kept} kept, {tally.families} families of similar pieces")
    for reason, n in tally.refused.most_common():
        say(f"{n} refused: {reason}")
    for name, n in tally.changed.most_common():
        say(f"{n} changed: {name}")
    result(str(target))


@app.command()
@reported
def stats(
    corpus: Spec,
    top: Annotated[int, typer.Option(min=1, help="The number of characters, categories and sources to list.")] = 12,
    as_json: AsJson = False,
) -> None:
    """Print statistics of a corpus: sizes, ink, characters, categories, sources, duplicates."""
    from asciivae.corpus.source import open_corpus
    from asciivae.corpus.summary import summarise

    found = summarise(open_corpus(corpus))
    if as_json:
        json_result({"corpus": corpus, **found}, schema=2)
        return
    rows = [[name, str(found[name])] for name in ("pieces", "cells", "refused", "copies", "families", "in_families")]
    rows.append(["ink fraction", f"{found['ink_fraction']:.1%}"])
    sizes = ("height", "width", "ink")
    rows += [[f"{name} (min, 25, 50, 75, 95 %, max)", " ".join(map(str, found[name].values()))] for name in sizes]
    for name, what in (("characters", "character"), ("categories", "category"), ("sources", "source")):
        entries = list(found[name].items())
        rows += [[f"{what} {key!r}" if key else f"no {what}", str(n)] for key, n in entries[:top]]
        if len(entries) > top:
            rows.append([f"{len(entries) - top} other {name}", str(sum(n for _, n in entries[top:]))])
    table(["what", "how many"], rows)


@app.command()
@reported
def verify(corpus: Spec, as_json: AsJson = False) -> None:
    """Read a corpus in full and compare it with its recorded digest; other commands do so once per change."""
    from asciivae.corpus.source import open_corpus

    opened = open_corpus(corpus, verify=True)
    if as_json:
        json_result({"corpus": corpus, "digest": opened.digest, "pieces": len(opened)})
        return
    say(f"{len(opened)} pieces, as recorded")
    result(opened.digest)


@app.command()
@reported
def split(
    corpus: Spec,
    out: Out,
    rule: Annotated[str, typer.Option(help="hash, random or tail.")] = "hash",
    share: Annotated[float, typer.Option(help="The fraction of pieces for validation.")] = 0.1,
    seed: Annotated[int, typer.Option(min=0, help="The seed of the rule 'random'.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Split a corpus into train.safetensors and validation.safetensors; families stay together."""
    from asciivae.corpus.source import open_corpus
    from asciivae.corpus.splits import split as divide

    check_folder("--out", out)
    refuse_inputs([out / "train.safetensors", out / "validation.safetensors"], [corpus], hint="name another folder")
    opened = open_corpus(corpus)
    parts = dict(zip(("train", "validation"), divide(opened, rule, share, seed), strict=True))  # type: ignore[arg-type]
    written = {}
    for name, indices in parts.items():
        written[name] = {"path": str(out / f"{name}.safetensors"), "pieces": len(indices)}
        _store(opened.select(indices), out / f"{name}.safetensors")
    if as_json:
        json_result({"rule": rule, "fraction": share, "refused": opened.refused_total, **written}, schema=2)
    else:
        table(["part", "pieces", "file"], [[n, str(w["pieces"]), str(w["path"])] for n, w in written.items()])


@app.command()
@reported
def show(
    corpus: Spec,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many pieces.")] = 3,
    category: Annotated[str, typer.Option(help="Only this category and those below it.")] = "",
    seed: Annotated[int | None, typer.Option(help="The seed of the choice (default: random).")] = None,
    png: Annotated[Path | None, typer.Option(help="Draw them on a contact sheet instead.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print random pieces, or draw them on a contact sheet."""
    import random

    from asciivae.corpus.source import open_corpus

    check_outputs(png=png)
    refuse_inputs([png], [corpus], hint="name another file")
    opened = open_corpus(corpus)
    wanted = list(range(len(opened)))
    if category:
        wanted = [i for i, name in enumerate(opened.column("category")) if f"{name}/".startswith(f"{category}/")]
    if not wanted:
        raise UsageError(
            f"no piece has the category {category!r}", place=corpus, hint=f"list them: asciivae corpus stats {corpus}"
        )
    chosen = random.Random(seed).sample(wanted, min(count, len(wanted)))
    if png:
        from asciivae.files.atomic import write_output
        from asciivae.render.contact import contact_sheet
        from asciivae.report.png import png_bytes

        write_output(png, png_bytes(contact_sheet(opened, chosen)), hint="name another file")
    pieces = list(_described(opened, chosen))
    if as_json:
        drawn = {"png": str(png)} if png else {}
        json_result({"corpus": corpus, **drawn, "refused": opened.refused_total, "pieces": pieces})
    elif png:
        result(str(png))
    else:
        for piece in pieces:
            say(
                "  ".join(filter(None, (piece.get(name) for name in ("id", "category", "caption", "artist", "source"))))
            )
            result(piece["text"])


@app.command()
@reported
def export(corpus: Spec, out: Out) -> None:
    """Write a corpus as .jsonl(.gz), .parquet or .safetensors, as a folder of texts, or to stdout (-) as JSON lines."""
    from asciivae.corpus import parquet
    from asciivae.corpus.export import write_folder, write_jsonl
    from asciivae.corpus.formats import JSON_LINES
    from asciivae.corpus.source import open_corpus

    refuse_inputs([out], [corpus], hint="name another file")
    opened = open_corpus(corpus)
    if str(out) == "-" or out.name.lower().endswith(JSON_LINES):
        check_outputs(jsonl=out)
        write_jsonl(opened, out)
    elif out.suffix.lower() == parquet.SUFFIX:
        parquet.write_parquet(opened, out)
    elif out.suffix.lower() == ".safetensors":
        _store(opened, out)
    elif out.suffix:
        raise UsageError(
            f"{out.suffix!r} is not a corpus format",
            place=str(out),
            hint="use the suffix .jsonl, .jsonl.gz, .parquet or .safetensors, or none for a folder",
        )
    else:
        write_folder(opened, out)
    result(str(out))


def _plugin_steps(names: list[str]) -> dict[str, Step]:
    if not names:
        return {}
    from asciivae.experiment.steps import plugin_step

    return {name: plugin_step(name) for name in names}


def _described(corpus: Corpus, indices: list[int]) -> Iterator[dict[str, Any]]:
    columns = {name: corpus.column(name) for name in corpus.columns}
    for i in indices:
        yield {**{name: column[i] for name, column in columns.items() if column[i]}, "text": corpus.text(i)}


def _store(corpus: Corpus, path: Path) -> None:
    from asciivae.corpus.builder import copied
    from asciivae.corpus.store import Refusals

    _save(path, copied(corpus, _scratch(path)), Refusals())


def _save(path: Path, storage: Storage, refusals: Any, key: str = "") -> None:
    from asciivae.corpus.mapped import save

    try:
        save(path, storage, refusals, key=key)
    except OSError as error:
        from asciivae.files.atomic import cannot_write

        raise cannot_write(path, error, "choose another --out", CorpusError) from None


def _scratch(path: Path) -> Path:
    """The folder of temporary files for what is written to `path`."""
    import tempfile

    return path.parent if str(path) != "-" and path.parent.is_dir() else Path(tempfile.gettempdir())


def _store_path(path: Path) -> Path:
    if str(path) != "-" and path.suffix.lower() != ".safetensors":
        raise UsageError(
            "the file name of a store must end with .safetensors", place=str(path), hint=f"--out {path}.safetensors"
        )
    return path


def _own_store(folder: Path, name: str) -> Path:
    """The path of a store in a scraped folder, which may come from elsewhere: no link is followed."""
    from asciivae.files.atomic import cannot_write
    from asciivae.files.inside import Inside

    try:
        return Inside(folder).writable(name)
    except OSError as error:
        raise cannot_write(folder / name, error, kind=CorpusError) from error


def _range(text: str, option: str) -> tuple[int, int]:
    low, colon, high = text.partition(":")
    if not (colon and low.isdecimal() and high.isdecimal()):
        raise UsageError(f"{text!r} is not a range", place=option, hint=f"for example {option} 3:100")
    return int(low), int(high)
