"""`asciivae scrape`."""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from asciivae.cli import completion
from asciivae.cli.inputs import check_folder
from asciivae.cli.output import GlobalOptions, json_result, reported, result, say, table
from asciivae.errors import CorpusError, Interrupted, UsageError

if TYPE_CHECKING:
    from asciivae.scrape.crawl import Plan
    from asciivae.scrape.harvest import Opened, Report

TALK_EVERY = 10.0


class ScrapeTask(NamedTuple):
    """A source, its options, and the files to read with it; without files the source is crawled."""

    name: str
    options: dict[str, str]
    paths: list[Path]


@reported
def scrape(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE [PATH…]…",
            help="Sources; files and folders after one are read with it.",
            autocompletion=completion.sources,
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="The output folder.")] = Path("corpus"),
    limit: Annotated[int | None, typer.Option(min=1, help="The most new pieces.")] = None,
    categories: Annotated[
        list[str] | None, typer.Option(help="Take only this category and its subcategories; may be repeated.")
    ] = None,
    delay: Annotated[float, typer.Option(help="The least seconds between two requests to a host.")] = 1.0,
    contact: Annotated[
        str, typer.Option(envvar="ASCIIVAE_CONTACT", help="Your e-mail or web address, for the user agent.")
    ] = "",
    sets: Annotated[
        list[str] | None, typer.Option("--set", help="An option of a source: SOURCE.NAME=VALUE or NAME=VALUE.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue in an existing folder, or add to it.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan without any request.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the sources.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """Collect ASCII art from web sites and files into a folder. Can be interrupted and resumed at any time."""
    if list_:
        _list(as_json)
        return
    from asciivae.scrape.crawl import Plan
    from asciivae.scrape.harvest import open_source

    check_folder("--out", out)
    tasks = _tasks(words or [], sets or [])
    opened = [open_source(task.name, task.options) for task in tasks]
    for task, source in zip(tasks, opened, strict=True):
        _check(task, source)
    plan = Plan(
        sources={task.name: task.options for task in tasks if not task.paths},
        out=out,
        categories=tuple(categories or ()),
        limit=limit,
        delay=delay,
        contact=contact,
    )
    if dry_run:
        _describe(tasks, opened, plan, as_json)
        return
    _check_folder(out, resume)
    try:
        reports = _run(tasks, opened, plan)
    except KeyboardInterrupt:
        raise Interrupted(
            "interrupted; the pieces found so far are kept", place=str(out), hint="repeat the command with --resume"
        ) from None
    _conclude(reports, out, as_json)


def _run(tasks: list[ScrapeTask], opened: list[Opened], plan: Plan) -> list[Report]:
    """Read the files, then crawl."""
    from asciivae.scrape.archive import Archive
    from asciivae.scrape.crawl import crawl
    from asciivae.scrape.harvest import Harvest, take_files

    reports = []
    if any(task.paths for task in tasks):
        with Archive(plan.out) as archive:
            harvest = Harvest(archive, categories=plan.categories, limit=plan.limit)
            for task, source in zip(tasks, opened, strict=True):
                _watch(take_files(harvest, source, task.paths))
            reports.append(harvest.report)
            if plan.limit is not None:
                plan = dataclasses.replace(plan, limit=plan.limit - harvest.report.pieces["new"])
    if plan.sources and plan.limit != 0:
        if not plan.contact:
            say("no contact given: --contact you@example.org lets sites reach you instead of blocking you")
        reports += [report for report in [_watch(crawl(plan))] if report]
    return reports


def _watch(reports: Iterable[Report]) -> Report | None:
    """Consume the reports of a scrape; show a bar on a terminal, and a line every 10 s otherwise."""
    from tqdm import tqdm

    report, told = None, time.monotonic()
    live = sys.stderr.isatty() and not GlobalOptions.quiet
    with tqdm(unit="page", disable=not live, file=sys.stderr, dynamic_ncols=True) as bar:
        for report in reports:
            bar.n = report.pages
            bar.set_postfix_str(f"{report.pieces['new']} new, {report.failed.total()} failed")
            if not live and time.monotonic() - told > TALK_EVERY:
                told = time.monotonic()
                say(f"{report.pages} pages, {report.pieces['new']} new pieces, {report.failed.total()} failed")
    return report


def _conclude(reports: list[Report], out: Path, as_json: bool) -> None:
    for report in reports:
        pieces = ", ".join(f"{n} {what}" for what, n in report.pieces.items()) or "none"
        say(f"{report.pages} pages, {report.fetched} of them fetched; pieces: {pieces}")
        for reason, n in report.failed.most_common():
            example = next((f": {a} ({r})" for a, r in report.examples if r == reason or reason in r), "")
            say(f"{n} × {reason}{example}")
        for note, n in report.notes.most_common():
            say(f"{n} × {note}")
    if not any(report.pieces["new"] + report.pieces["known"] for report in reports):
        raise CorpusError(
            "no art was found", place=str(out), hint="check what the source reads: asciivae scrape SOURCE --dry-run"
        )
    if as_json:
        json_result({"out": str(out), "reports": [report.as_dict() for report in reports]})
    else:
        say(f"next: asciivae corpus clean {out}")
        result(str(out))


def _tasks(words: list[str], sets: list[str]) -> list[ScrapeTask]:
    """Group words into sources and the paths that follow each."""
    from asciivae import registry

    known = {name for entry in registry.entries("source") for name in (entry.name, entry.qualified)}
    tasks: list[ScrapeTask] = []
    for word in words:
        if word in known:
            tasks.append(ScrapeTask(word, {}, []))
        elif tasks and ("/" in word or "." in word or Path(word).exists()):
            tasks[-1].paths.append(Path(word))
        else:
            registry.find("source", word)  # raises with the closest name
    if not tasks:
        raise UsageError("no source given", place="asciivae scrape", hint="list the sources: asciivae scrape --list")
    for text in sets:
        key, equals, value = text.partition("=")
        source, _, option = key.rpartition(".")
        named = [task for task in tasks if task.name == (source or tasks[0].name)]
        if not (equals and named) or (not source and len(tasks) > 1):
            raise UsageError(
                "must name an option of one of the sources",
                place=f"--set {text}",
                hint=f"for example --set {tasks[0].name}.root=https://mirror.example/",
            )
        named[0].options[option] = value
    return tasks


def _check(task: ScrapeTask, opened: Opened) -> None:
    if not task.paths and not list(opened.source.start()):
        raise UsageError(
            f"{task.name!r} reads files, and none is given",
            place="asciivae scrape",
            hint=f"for example: asciivae scrape {task.name} art/ --out corpus/",
        )
    for path in task.paths:
        if not path.exists():
            raise UsageError("there is no such file or folder", place=str(path), hint="list the folder: ls")


def _check_folder(out: Path, resume: bool) -> None:
    from asciivae.corpus.formats import MANIFEST

    if resume or not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if (out / MANIFEST).exists():
        raise UsageError(
            "it already contains a corpus", place=str(out), hint="add --resume to continue it or to add to it"
        )
    raise UsageError("the folder is not empty and not a corpus", place=str(out), hint="choose another --out")


def _describe(tasks: list[ScrapeTask], opened: list[Opened], plan: Plan, as_json: bool) -> None:
    rows: list[dict[str, Any]] = []
    for task, source in zip(tasks, opened, strict=True):
        starts = [str(path) for path in task.paths] or [link.address for link in source.source.start()]
        rows += [{"source": task.name, "start": start, "from": source.origin} for start in starts]
    if as_json:
        limits = {what.replace(" ", "_"): most for what, most in plan.limits.items()}
        json_result({"out": str(plan.out), "agent": plan.agent, "delay": plan.delay, "limits": limits, "starts": rows})
        return
    say(f"would start here with the user agent {plan.agent!r}, at least {plan.delay:g} s between requests to a host,")
    say(f"obey robots.txt, and write to {plan.out}; of each source at most " + _limits(plan))
    table(["source", "start", "from"], [list(row.values()) for row in rows])


def _limits(plan: Plan) -> str:
    return ", ".join(f"{most:,.0f} {what}" for what, most in plan.limits.items())


def _list(as_json: bool) -> None:
    """List sources by metadata; only asciivae's own are imported, for their descriptions."""
    from asciivae import registry

    rows = []
    for entry in registry.entries("source"):
        about = ""
        if entry.distribution == registry.OURS:
            about = (registry.load("source", entry.qualified).__doc__ or "").partition("\n")[0]
        rows.append({"name": entry.name, "about": about or entry.reason, "from": entry.origin, "state": entry.state})
    if as_json:
        json_result({"sources": rows})
    else:
        table(["name", "about", "from", "state"], [list(row.values()) for row in rows])
