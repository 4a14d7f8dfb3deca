"""The claims and what became of them, as a page of the manual."""

from __future__ import annotations

from collections.abc import Sequence

from asciivae import __version__
from asciivae.reproduction.claims.claim import Claim, Finding


def document(found: Sequence[tuple[Claim, Finding]], command: str) -> str:
    """A Markdown document of the findings, which names the command that makes it."""
    lines = [
        "# The log's findings, checked",
        "",
        f"Made by `{command}`, asciivae {__version__}; every number here was measured by it.",
        "Claims that train do so for minutes where the log trained for days, on a few drawings of the embedded corpus,",
        "at a higher learning rate. Where that cannot tell, the verdict says so.",
        "One seed each. How recipes are cut down, how a thing is measured and where thresholds lie was settled after a",
        "first look at the numbers (24 shifted pieces taught no model anything): the numbers count, not the verdicts.",
        "",
        "| claim | verdict |",
        "|---|---|",
        *(f"| [{_cell(claim.says)}](#{claim.name}) | {finding.verdict} |" for claim, finding in found),
    ]
    for claim, finding in found:
        recipes = ", ".join(f"`{name}`" for name in claim.recipes)
        settings = f"Recipes: {recipes}; {finding.settings}." if finding.settings else f"Recipes: {recipes}; computed."
        lines += [
            "",
            f"## {claim.name}",
            "",
            f"Claim: {claim.says}. Verdict: **{finding.verdict}**.",
            settings,
            *([finding.remark] if finding.remark else []),
            "",
            "| measured | |",
            "|---|---|",
            *(f"| {_cell(name)} | {value:.4g} |" for name, value in finding.numbers.items()),
        ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Text that neither ends a table's cell nor a link's label."""
    for sign in "|[]":
        text = text.replace(sign, f"&#{ord(sign)};")
    return text
