"""What a release needs: packages that are complete and work in an environment of their own, and files that agree."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml

import asciivae

PROJECT = Path(__file__).resolve().parents[1]


def test_the_citation_names_the_version_and_the_licence() -> None:
    citation = yaml.safe_load((PROJECT / "CITATION.cff").read_text(encoding="utf-8"))

    assert citation["version"] == asciivae.__version__
    assert citation["license"] == "MIT"
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()


def test_everything_that_is_bundled_has_its_licence_stated() -> None:
    page = (PROJECT / "docs" / "licences.md").read_text(encoding="utf-8")
    patterns = re.findall(r"`([^`]+)`", page)
    groups = [re.sub(r"\{[^}]*\}", "*", pattern) for pattern in patterns]
    inside = [group for pattern in patterns for group in re.findall(r"\{([^}]*)\}", pattern)]
    listed = {name for group in inside for name in group.split(",")} | {Path(pattern).stem for pattern in patterns}
    for file in (PROJECT / "asciivae" / "assets").iterdir():
        named = file.name in page or any(file.match(group) for group in groups)
        assert named or file.name in ("README.md", "__pycache__"), file.name
    for file in (PROJECT / "docs" / "images" / "gallery").iterdir():
        assert file.stem in listed, file.name


@pytest.mark.parametrize("name", ["ci.yml", "release.yml"])
def test_workflows_are_pinned_and_have_no_secrets(name: str) -> None:
    text = (PROJECT / ".github" / "workflows" / name).read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]

    assert workflow["permissions"] == {"contents": "read"}
    assert "secrets." not in text
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"]) for step in steps if "uses" in step)
    for command in (step["run"] for step in steps if "run" in step):
        for file in re.findall(r"(?:scripts|tests)/[\w./]+|\.ci/run", command):
            assert (PROJECT / file).exists(), file


@pytest.mark.slow
def test_the_packages_are_built_and_the_wheel_works_in_a_fresh_environment() -> None:
    pytest.importorskip("build", reason="needs the extra release")
    pytest.importorskip("twine", reason="needs the extra release")
    here = sysconfig.get_paths()["purelib"]
    command = [sys.executable, str(PROJECT / "scripts" / "release_check.py"), "--site-packages", here]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("ready to be released\n")
