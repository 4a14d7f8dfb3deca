"""A third party's source: built, installed, found, and used by the crawler in its own process."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import Site

from asciivae import registry
from asciivae.errors import PluginError
from asciivae.scrape.crawl import Plan, crawl

PLUGIN = Path(__file__).parents[2] / "plugins" / "asciivae-source-boxes"
DESIGNS = """BOX corner
author "A. N. Other <x@example.org>"
sample
.--.
'--'
ends
END corner
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    target = tmp_path / "site-packages"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "--target", target, PLUGIN], check=True, capture_output=True)
    monkeypatch.syspath_prepend(target)
    monkeypatch.setenv("PYTHONPATH", str(target), prepend=os.pathsep)
    yield target
    sys.modules.pop("asciivae_source_boxes", None)


@pytest.mark.slow
def test_a_third_party_adds_a_source(installed: Path, site: Site, out: Path) -> None:
    assert registry.find("source", "boxes").origin == "asciivae-source-boxes 0.1.0"
    site.answers = {"/boxes-config": DESIGNS}
    *_, report = crawl(Plan(sources={"boxes": {"root": site.url("/boxes-config")}}, out=out, delay=0.02))
    assert report.pieces == {"new": 1}
    (record,) = map(json.loads, (out / "manifest.jsonl").read_text().splitlines())
    assert (record["source"], record["caption"], record["artist"]) == ("boxes", "corner", "A. N. Other")
    assert (out / record["file"]).read_text() == ".--.\n'--'\n"


@pytest.mark.slow
def test_third_parties_can_be_switched_off(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASCIIVAE_PLUGINS", "")
    with pytest.raises(PluginError, match="unknown source 'boxes'"):
        registry.find("source", "boxes")
