"""The manual as a site: pages that are made from code, links between all pages, and the build itself."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

import pytest
import typer
import yaml
from manual import MADE

import asciivae
from asciivae.cli import app
from asciivae.recipe.schema import KINDS

PROJECT = Path(__file__).resolve().parents[1]
DOCS = PROJECT / "docs"


def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_site", PROJECT / "scripts" / "docs_site.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


site = hook()


def named_in(nav: object) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    return [name for part in (nav.values() if isinstance(nav, dict) else nav) for name in named_in(part)]  # type: ignore[attr-defined]


def test_the_navigation_has_every_page_once() -> None:
    nav = named_in(yaml.safe_load((PROJECT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"])

    assert sorted(nav) == sorted([*(page.name for page in DOCS.glob("*.md")), *site.GENERATED])


def test_the_pages_that_the_build_makes_are_known_to_the_other_tests() -> None:
    assert set(site.GENERATED) == MADE


def test_the_page_of_the_command_line_has_every_command_and_option() -> None:
    page = site.cli_page()
    sections = dict(part.split("\n", 1) for part in page.split("\n## ")[1:])
    found = dict(site._leaves(typer.main.get_command(app), "asciivae"))

    assert list(sections) == list(found)
    for name, command in found.items():
        for option in (word for one in command.params for word in one.opts if word.startswith("--")):
            assert option in sections[name], (name, option)


def test_the_page_of_recipes_has_every_key_of_every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASCIIVAE_PLUGINS", "")
    page = site.recipe_page()
    for kind, recipe in KINDS.items():
        names = [field.name for field in dataclasses.fields(recipe)]
        assert f"## Recipes of kind {kind}\n" in page
        assert not [key for key in names if f"| `{key}` |" not in page]
    for link in re.findall(r"\(#(section-[\w-]+)\)", page):
        assert f"{{ #{link} }}" in page, link
    assert "| `lr` | number > 0 |" in page
    assert "`use: spatial`" in page


def test_the_page_of_python_has_every_public_name() -> None:
    assert {line.rpartition(".")[2] for line in site.python_page().splitlines() if line.startswith("::: ")} == {
        name for name in asciivae.__all__ if name != "__version__"
    }


def test_links_out_of_the_docs_become_links_of_the_site() -> None:
    text = "[a](../CONTRIBUTING.md#set-up) [examples/](../examples) [b](start.md)\n```text\n[c](../README.md)\n```\n"

    assert site.as_page(text) == (
        "[a](contributing.md#set-up) examples/ [b](start.md)\n```text\n[c](../README.md)\n```\n"
    )
    assert site.as_page("```python a/b.py\nx\n```\n") == '```python title="a/b.py"\nx\n```\n'


def test_files_of_the_repository_are_pages_whose_links_work_on_the_site() -> None:
    made = site.as_page(site.GENERATED["contributing.md"]())

    assert "[docs/architecture.md](architecture.md)" in made
    assert "](tests/" not in made
    assert "[changelog](changelog.md)" in site.as_page(site.GENERATED["security.md"]())


class Html(HTMLParser):
    """The anchors of a page, what it links to, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.ids |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag in ("script", "img", "iframe", "link") and found.get("rel") not in ("canonical", "next", "prev"):
            self.loaded += [found[name] for name in ("src", "href") if name in found]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Html]:
    """Every page of the site, built with warnings as errors."""
    pytest.importorskip("mkdocs", reason="needs the extra docs")
    pytest.importorskip("material", reason="needs the extra docs")
    pytest.importorskip("mkdocstrings", reason="needs the extra docs")
    target = tmp_path_factory.mktemp("manual") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(target)]
    offline = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "NO_MKDOCS_2_WARNING": "1"}
    environment = {**os.environ, **offline}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (target / "search" / "search_index.json").is_file()
    return {page.name: Html(page.read_text(encoding="utf-8")) for page in target.glob("*.html")}


@pytest.mark.slow
def test_the_site_is_built_and_every_link_and_anchor_leads_somewhere(built: dict[str, Html]) -> None:
    names = [page.name for page in DOCS.glob("*.md")] + list(site.GENERATED)
    assert {name.replace(".md", ".html") for name in names} | {"404.html"} == set(built)
    broken = []
    for name, page in built.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or name == "404.html":
                continue
            target = parts.path.removeprefix("./") or name
            there = built.get("index.html" if target == "." else target)
            if there is None or (parts.fragment and unquote(parts.fragment) not in there.ids):
                broken.append((name, link))

    assert not broken


@pytest.mark.slow
def test_the_site_loads_nothing_from_elsewhere(built: dict[str, Html]) -> None:
    assert not [(name, one) for name, page in built.items() for one in page.loaded if "//" in one]


@pytest.mark.slow
def test_public_names_are_described_on_the_page_of_python(built: dict[str, Html]) -> None:
    names = [f"asciivae.{module}.{name}" for name, module in asciivae._WHERE.items()]

    assert set(names) <= built["python.html"].ids
