"""An evaluation as one HTML page that fetches nothing, runs nothing, and follows the reader's light or dark theme.

Everything that comes from pieces, files or their headers is escaped; the page's own policy forbids scripts.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

from asciivae import __version__
from asciivae.metrics.characters import Difference, differences
from asciivae.metrics.summary import Extremes, rows_by_kind, rows_of_all
from asciivae.report.charts import COLOURS, Line, escaped, histogram, line_chart
from asciivae.report.curves import drawn_names, points
from asciivae.text.charset import decode

if TYPE_CHECKING:
    from asciivae.metrics.summary import ModelScores, Row
    from asciivae.text.art import Grid

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --faint: #6a737d; --rule: #d9dee3; --panel: #f6f8fa;
  --other: #ffe08a; --lost: #ffb3ad; --added: #a9e5b5;
  --c0: #0b62c4; --c1: #c2410c; --c2: #15803d; --c3: #9333ea; --c4: #a16207; --c5: #be185d; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e6e9ec; --faint: #98a1ab; --rule: #343a41;
  --panel: #1c2125; --other: #6b5600; --lost: #7d2823; --added: #1d5c2e;
  --c0: #6cb0ff; --c1: #ff9d5c; --c2: #5fd487; --c3: #c99bff; --c4: #e0bd4a; --c5: #ff8fc0; } }
body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto;
  max-width: 1180px; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; } h3 { font-size: 1rem; }
.about, figcaption, .legend { color: var(--faint); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; } th, td { padding: .15rem .9rem .15rem 0; text-align: left; }
thead th { border-bottom: 1px solid var(--rule); } td.number, th.number { text-align: right;
  font-variant-numeric: tabular-nums; } td.best { font-weight: 700; } td.meaning, th.group { color: var(--faint); }
th.group { font-weight: 400; padding-top: .6rem; } tbody th { font-weight: 500; }
.beside { display: flex; flex-wrap: wrap; gap: 0 4rem; }
.charts { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(330px, 1fr)); }
svg { background: var(--panel); border-radius: 6px; width: 100%; } svg text { fill: var(--faint); font-size: 10px; }
svg .title { fill: var(--ink); font-size: 12px; font-weight: 600; } .grid { stroke: var(--rule); }
.line { fill: none; stroke-width: 1.4; } .bars { fill-opacity: .18; stroke-width: 1.4; }
.key::before { background: currentColor; border-radius: 2px; content: ""; display: inline-block; height: .7em;
  margin-right: .35em; width: .7em; } .key { margin-right: 1.2em; } .key b { color: var(--ink); font-weight: 500; }
figure { border-top: 1px solid var(--rule); margin: 0; padding: .6rem 0 1rem; }
.pages { display: flex; flex-wrap: wrap; gap: 1rem; } .pages > div { max-width: 100%; overflow-x: auto; }
.pages > div > span { color: var(--faint); font-size: 12px; }
pre { background: var(--panel); border-radius: 6px; font: 11px/1.25 "DejaVu Sans Mono", Menlo, Consolas, monospace;
  margin: 0; padding: .6rem; width: max-content; }
.other { background: var(--other); } .lost { background: var(--lost); } .added { background: var(--added); }
"""
_CLASSES = {Difference.OTHER: "other", Difference.LOST: "lost", Difference.ADDED: "added"}


def html_report(about: str, names: Sequence[str], models: Sequence[ModelScores], chosen: Extremes) -> str:
    """The page.

    Args:
        about: one sentence on the pieces.
        names: of the pieces.
        models: at least one, all measured on these pieces.
        chosen: the pieces to show.
    """
    labels = [model.label for model in models]
    parts = [
        f"<h1>{escaped(' · '.join(labels))}</h1>",
        f'<p class="about">{escaped(about)} Measured by asciivae {__version__}.</p>',
        _section("Scores", _scores(models)),
        _section("How the pieces fare", _key(labels) + _charts(_histograms(models))),
        _section("By size and by ink", _broken_down(models)),
        _section("Training", _curves(models)),
        _section("Best, median and worst pieces", _galleries(names, models, chosen)),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escaped(' · '.join(labels))}</title><style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(filter(None, parts))
        + "\n</body></html>\n"
    )


def _section(title: str, content: str) -> str:
    return f"<h2>{title}</h2>\n{content}" if content else ""


def _scores(models: Sequence[ModelScores]) -> str:
    rows = [_row(row.shown.title, _cells(row), row.shown.meaning) for row in rows_of_all(models)]
    units = [model.summary.units for model in models]
    used = "".join(f'<td class="number">{own.active} of {own.total}</td>' for own in units)
    rows.append(_row("active latent units", used, "whose posterior mean varies over the data: variance above 0.01"))
    rows.append(_row("step", "".join(f'<td class="number">{model.step}</td>' for model in models), "of the training"))
    return _table([model.label for model in models], rows, "what it means")


def _broken_down(models: Sequence[ModelScores]) -> str:
    tables = []
    for _, of_kind in groupby(rows_by_kind(models), key=attrgetter("kind")):
        rows = []
        for pieces, group in groupby(of_kind, key=attrgetter("pieces")):
            rows.append(f'<tr><th class="group" colspan="{len(models) + 1}">{escaped(pieces)}</th></tr>')
            rows += [_row(row.shown.title, _cells(row)) for row in group]
        tables.append(_table([model.label for model in models], rows))
    return f'<div class="beside">{"".join(tables)}</div>'


def _cells(row: Row) -> str:
    """Cells of a row; where models are compared, the best stands out."""
    better = row.shown.more_is_better
    best = None if better is None or len(set(row.values)) == 1 else (max if better else min)(row.values)
    return "".join(f'<td class="number{" best" if value == best else ""}">{value:.4g}</td>' for value in row.values)


def _row(name: str, cells: str, meaning: str = "") -> str:
    explained = f'<td class="meaning">{escaped(meaning)}</td>' if meaning else ""
    return f"<tr><th>{escaped(name)}</th>{cells}{explained}</tr>"


def _table(columns: Sequence[str], rows: Sequence[str], last: str = "") -> str:
    heads = "".join(f'<th class="number">{escaped(column)}</th>' for column in columns)
    explained = f"<th>{escaped(last)}</th>" if last else ""
    head = f"<thead><tr><th></th>{heads}{explained}</tr></thead>"
    return f'<div class="scroll"><table>{head}<tbody>{"".join(rows)}</tbody></table></div>'


def _key(labels: Sequence[str]) -> str:
    keys = "".join(
        f'<span class="key" style="color: var(--c{number % COLOURS})"><b>{escaped(label)}</b></span>'
        for number, label in enumerate(labels)
    )
    return f"<p>{keys}</p>"


def _charts(charts: Sequence[str]) -> str:
    return f'<div class="charts">{"".join(charts)}</div>'


def _histograms(models: Sequence[ModelScores]) -> list[str]:
    labels = [model.label for model in models]
    return [
        histogram(
            f"{name}, number of pieces", [[row[name] for row in model.measured.scores] for model in models], labels
        )
        for name in ("char_f1", "ink_iou", "shape")
    ]


def _curves(models: Sequence[ModelScores]) -> str:
    runs = {model.label: model.records for model in models if model.records}
    charts = []
    for name in drawn_names(runs):
        lines = []
        for number, model in enumerate(models):
            lines.append(Line(model.label, number, points(model.records, "train", name)))
            lines.append(
                Line(f"{model.label}, validation", number, points(model.records, "validation", name), dots=True)
            )
        charts.append(line_chart(name, lines, "step"))
    explained = '<p class="legend">Lines: training. Dots: validation, during training.</p>'
    return explained + _charts(charts) if charts else ""


def _galleries(names: Sequence[str], models: Sequence[ModelScores], chosen: Extremes) -> str:
    order = "By char_f1" + (", the mean over the models." if len(models) > 1 else ".")
    legend = (
        f'<p class="legend">{order} Cells: <span class="other">another character</span> '
        '<span class="lost">lost ink</span> <span class="added">added ink</span></p>'
    )
    parts = [legend]
    for title, pieces in zip(("Best", "Median", "Worst"), chosen, strict=True):
        if pieces:
            parts.append(f"<h3>{title}</h3>" + "".join(_figure(names[i], i, models) for i in pieces))
    return "".join(parts)


def _figure(name: str, piece: int, models: Sequence[ModelScores]) -> str:
    original = models[0].measured.reconstructions[piece].original
    height, width = original.shape
    pages = [f"<div><span>original</span><pre>{_page(original, original)}</pre></div>"]
    for model in models:
        scores = model.measured.scores[piece]
        said = ", ".join(f"{key} {scores[key]:.2f}" for key in ("char_f1", "ink_iou", "shape"))
        made = _page(original, model.measured.reconstructions[piece].grid)
        pages.append(f"<div><span>{escaped(model.label)}: {said}</span><pre>{made}</pre></div>")
    caption = f"{name}, {height} × {width} cells"
    return f'<figure><figcaption>{escaped(caption)}</figcaption><div class="pages">{"".join(pages)}</div></figure>'


def _page(original: Grid, made: Grid) -> str:
    """A reconstruction line by line, the cells that differ in spans."""
    lines = []
    for row, found in zip(made, differences(original, made).tolist(), strict=True):
        parts = []
        for kind, run in groupby(zip(found, decode(row), strict=True), key=itemgetter(0)):
            text = escape("".join(character for _, character in run))
            parts.append(
                text if kind == Difference.NONE else f'<span class="{_CLASSES[Difference(kind)]}">{text}</span>'
            )
        lines.append("".join(parts))
    return "\n".join(lines)
