"""Hook of MkDocs: the pages of the manual that are made from code and from files beside docs/.

Used by mkdocs.yml. `cli.md` comes from the Typer commands, `recipe-keys.md` from the schema of recipes, `python.md`
lists the public names for mkdocstrings; the changelog, the guide for contributors and the security policy are those of
the repository. None of them is a file in docs/.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

PROJECT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^(```\w+) ([\w./-]+)$", re.MULTILINE)
LINK = re.compile(r"(!?)\[([^\]]+)\]\(([^)\s]+)\)")
REPOSITORY = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "README.md": "index.md",
}
"""Files beside docs/ that are pages of the site."""

FUNCTIONS = "Functions"
GROUPS = {
    "Models": ("TrainedModel", "TrainedPageModel", "VAE"),
    "Runs": ("Run", "Step", "Observer"),
    "Losses and errors": ("Loss", "LossInputs", "Posterior", "AsciivaeError"),
}
"""The sections of the Python reference; all other public names are functions."""


# --- the command line ---


def cli_page() -> str:
    """Every command with its options, in the words of its --help."""
    import typer

    from asciivae.cli import app

    root = typer.main.get_command(app)
    lines = [
        "# Command line",
        "",
        "Made from the commands themselves; `asciivae … --help` prints the same.",
        "",
        str(root.epilog or ""),
        "",
        *_parameters(root, typer.Context(root, info_name="asciivae")),
    ]
    for name, command in _leaves(root, "asciivae"):
        context = typer.Context(command, info_name=name)
        usage = command.get_usage(context).removeprefix("Usage: ")
        lines += [f"## {name}", "", "```text", usage, "```", "", *_help(command.help or ""), ""]
        lines += _parameters(command, context)
    return "\n".join(lines)


def _leaves(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", {})
    if not below:
        yield name, command
    for word, part in below.items():
        yield from _leaves(part, f"{name} {word}")


def _help(text: str) -> list[str]:
    """A command's docstring as Markdown; its examples become one block."""
    prose, _, examples = text.partition("Examples:")
    lines = [_escaped(prose.strip())]
    if examples:
        lines += ["", "```sh", *(line.strip() for line in examples.splitlines() if line.strip()), "```"]
    return lines


def _parameters(command: Any, context: Any) -> list[str]:
    records = [record for one in command.params if (record := one.get_help_record(context))]
    if not records:
        return []
    rows = [f"| `{_cell(names)}` | {_cell(_escaped(about))} |" for names, about in records]
    return ["| option | effect |", "|---|---|", *rows, ""]


def _escaped(text: str) -> str:
    return re.sub(r"([\[\]<>*_])", r"\\\1", text)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


# --- recipes ---


def recipe_page() -> str:
    """Every key of a recipe by kind, then the sections below them and the options of asciivae's own components."""
    from asciivae.recipe.export import recipe_schema
    from asciivae.recipe.schema import KINDS

    lines = [
        "# Every key of a recipe",
        "",
        "Made from the schema, which `asciivae recipes schema --kind KIND` prints as JSON Schema for editors. How",
        "recipes are used: [recipes](recipes.md). Options of plugins: `asciivae plugins show NAME`.",
        "",
    ]
    schemas = {kind: recipe_schema(kind) for kind in KINDS}
    first, *others = (schema["properties"] for schema in schemas.values())
    shared = {key: value for key, value in first.items() if all(one.get(key) == value for one in others)}
    seen: dict[str, tuple[Any, str]] = {}
    sections: list[str] = []
    for kind, schema in schemas.items():
        names: dict[str, str] = {}
        for name, definition in sorted(schema["$defs"].items()):
            known = seen.get(name)
            if known is not None and known[0] == definition:
                names[name] = known[1]
                continue
            names[name] = _slug(name if known is None else f"{name}-{kind}")
            seen.setdefault(name, (definition, names[name]))
            sections += _section(name if known is None else f"{name} ({kind})", definition, names)
        if kind == next(iter(KINDS)):
            lines += ["## Recipes of every kind", "", *_keys({**schema, "properties": shared}, names)]
        own = {key: value for key, value in schema["properties"].items() if key not in shared}
        about = _escaped(schema["description"])
        lines += [f"## Recipes of kind {kind}", "", about, "", *_keys({**schema, "properties": own}, names)]
    return "\n".join([*lines, "## Sections", "", *sections])


def _slug(name: str) -> str:
    return "section-" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _section(title: str, definition: dict[str, Any], names: dict[str, str]) -> list[str]:
    lines = [f"### {title} {{ #{_slug(title)} }}", "", _escaped(definition.get("description", "")), ""]
    if "oneOf" not in definition:
        return [*lines, *_keys(definition, names)]
    for variant in definition["oneOf"]:
        about = variant.get("description", "")
        lines += [f"`use: {variant.get('title', '')}` – {_escaped(about)}", "", *_keys(variant, names)]
    return lines


def _keys(schema: dict[str, Any], names: dict[str, str]) -> list[str]:
    rows = []
    for key, value in schema.get("properties", {}).items():
        if key == "use" and "const" in value:
            continue
        default = f"`{_cell(_yaml(value.get('default')))}`"
        if key in schema.get("required", ()):
            default = "required"
        elif "$ref" in value:
            default = "see there"
        about = _cell(_escaped(value.get("description", "")))
        rows.append(f"| `{key}` | {_cell(_type(value, names))} | {default} | {about} |")
    return ["| key | type | default | |", "|---|---|---|---|", *rows, ""] if rows else []


def _yaml(value: Any) -> str:
    from asciivae.recipe.export import dump_yaml

    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float | str):
        return str(value) or '""'
    return re.sub(r"\s+", " ", dump_yaml({"x": value}).removeprefix("x:").strip())


def _type(value: dict[str, Any], names: dict[str, str]) -> str:
    """A JSON Schema's type in a few words; sections are links."""
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return f"[{name}](#{names.get(name, _slug(name))})"
    for word in ("anyOf", "oneOf"):
        if word in value:
            return " or ".join(dict.fromkeys(_type(one, names) for one in value[word]))
    if "const" in value:
        return f"`{_yaml(value['const'])}`"
    if "enum" in value:
        return ", ".join(f"`{_yaml(one)}`" for one in value["enum"])
    if value.get("type") == "array":
        items = value.get("items") or (value.get("prefixItems") or [{}])[0]
        return "list of " + _type(items, names)
    low = [f"≥ {value['minimum']}"] if "minimum" in value else []
    low += [f"> {value['exclusiveMinimum']}"] if "exclusiveMinimum" in value else []
    high = [f"≤ {value['maximum']}"] if "maximum" in value else []
    return " ".join([value.get("type", "any"), ", ".join(low + high)]).strip()


# --- Python ---


def python_page() -> str:
    """The public names of `import asciivae`, for mkdocstrings, which reads their docstrings without importing them."""
    import asciivae

    grouped = {name for names in GROUPS.values() for name in names}
    functions = tuple(name for name in asciivae._WHERE if name not in grouped)
    lines = ["# Python", "", "Made from the docstrings. How they work together: [the Python API](api.md).", ""]
    for group, names in {FUNCTIONS: functions, **GROUPS}.items():
        lines += [f"## {group}", ""]
        for name in names:
            lines += [f"::: asciivae.{asciivae._WHERE[name]}.{name}", ""]
    return "\n".join(lines)


# --- files beside docs/ ---


def repository_page(name: str) -> Callable[[], str]:
    """A function that returns a file beside docs/, whose links are then links of the site."""

    def page() -> str:
        def link(found: re.Match[str]) -> str:
            target = found[3]
            if "://" in target or target.startswith("#"):
                return found[0]
            inside = target.removeprefix("docs/") if target.startswith("docs/") else f"../{target}"
            return f"{found[1]}[{found[2]}]({inside})"

        return LINK.sub(link, (PROJECT / name).read_text(encoding="utf-8"))

    return page


GENERATED: dict[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "recipe-keys.md": recipe_page,
    "python.md": python_page,
    **{page: repository_page(name) for name, page in REPOSITORY.items() if page != "index.md"},
}
"""Pages that are no files in docs/, and what writes them."""


def as_page(markdown: str) -> str:
    """Markdown of the repository as Markdown of the site: names of files on code blocks, and links out of docs/."""

    def link(found: re.Match[str]) -> str:
        target, _, anchor = found[3].partition("#")
        if "://" in target or (not target.startswith("../") and target not in REPOSITORY):
            return found[0]
        name = target.removeprefix("../").rstrip("/")
        if name in REPOSITORY:
            return f"{found[1]}[{found[2]}]({REPOSITORY[name]}{'#' + anchor if anchor else ''})"
        return found[2] if found[2].strip("`/") == name else f"{found[2]} (`{name}`)"

    parts = re.split(r"(^```.*?^```$)", FENCE.sub(r'\1 title="\2"', markdown), flags=re.MULTILINE | re.DOTALL)
    return "".join(part if part.startswith("```") else LINK.sub(link, part) for part in parts)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Hook: add the pages that are made here."""
    from mkdocs.structure.files import File

    os.environ["ASCIIVAE_PLUGINS"] = ""  # the manual is of asciivae alone
    for name, page in GENERATED.items():
        files.append(File.generated(config, name, content=page()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Hook: see `as_page`."""
    return as_page(markdown)
