"""The files of the page: complete, built from what is in web/, and what Python and TypeScript share is the same."""

import base64
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from asciivae.errors import AsciivaeError
from asciivae.web import files
from asciivae.web.files import content_policy, export_site, site_files

PROJECT = Path(__file__).resolve().parents[2]
WEB = PROJECT / "web"


def test_the_page_is_complete() -> None:
    found = site_files()

    assert all(file.is_file() for file in found.values())
    named = re.findall(r'(?:src|href)="([^"#]+)"', found["index.html"].read_text(encoding="utf-8"))
    assert set(named) <= found.keys()
    assert {"app.js", "worker.js", "onnxruntime.wasm.gz", "models/model.onnx"} <= found.keys()


def test_the_policy_allows_nothing_that_is_not_ours() -> None:
    policy = dict(part.strip().split(" ", 1) for part in content_policy(site_files()).split(";"))

    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy.pop("script-src") == "'self' 'wasm-unsafe-eval'"
    assert set(policy.values()) == {"'self'", "'none'"}


def test_the_page_names_no_other_host() -> None:
    for name in ("index.html", "style.css", "app.js"):
        text = site_files()[name].read_text(encoding="utf-8")
        assert set(re.findall(r"https?://[^\s\"'`)]+", text)) <= {"http://www.w3.org/2000/svg"}, name


def test_export_writes_what_is_served(tmp_path: Path) -> None:
    size = export_site(tmp_path / "site")

    for name, file in site_files().items():
        assert (tmp_path / "site" / name).read_bytes() == file.read_bytes()
    assert size == sum(file.stat().st_size for file in (tmp_path / "site").rglob("*") if file.is_file())


def test_export_replaces_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    export_site(tmp_path / "empty")
    (tmp_path / "a.txt").write_text("mine")

    with pytest.raises(AsciivaeError, match="holds files\n\nhint: name a new folder"):
        export_site(tmp_path)
    with pytest.raises(AsciivaeError, match=r"a\.txt: is not a folder"):
        export_site(tmp_path / "a.txt")
    with pytest.raises(AsciivaeError, match=r"below: cannot be written: .*\n\nhint: name another folder"):
        export_site(tmp_path / "a.txt" / "below")
    assert (tmp_path / "a.txt").read_text() == "mine"


def test_a_missing_page_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.resources, "files", lambda _: tmp_path)

    with pytest.raises(AsciivaeError, match="the page is missing from this installation\n\nhint: install the package"):
        site_files()


def test_the_tables_are_those_of_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """If not: python scripts/build_web_tables.py, and build the page again."""
    monkeypatch.syspath_prepend(str(PROJECT / "scripts"))
    from build_web_tables import SOURCES, shared

    for name, content in shared().items():
        committed = json.loads((SOURCES / name).read_text(encoding="utf-8"))
        assert committed.keys() == content.keys()
        for key, value in json.loads(json.dumps(content)).items():
            if isinstance(value, str):  # packed floats, whose last digits may depend on the machine
                ours, theirs = (np.frombuffer(base64.b64decode(one), "<f4") for one in (value, committed[key]))
                np.testing.assert_allclose(theirs, ours, rtol=1e-5, err_msg=f"{name} {key}")
            else:
                assert committed[key] == value, f"{name} {key}"


@pytest.mark.slow
def test_the_committed_page_is_a_fresh_build(tmp_path: Path) -> None:
    """If not: cd web && npm ci && npm run build."""
    if shutil.which("node") is None or not (WEB / "node_modules" / "esbuild").is_dir():
        pytest.skip("needs Node.js and the packages of web/: cd web && npm ci")
    build = ["node", "build.mjs", str(tmp_path / "site")]
    subprocess.run(build, cwd=WEB, check=True, env={"PATH": os.environ["PATH"]})
    built = {file.name: file for file in (tmp_path / "site").iterdir()}
    committed = {name: file for name, file in site_files().items() if "/" not in name}

    assert built.keys() == committed.keys()
    for name, file in committed.items():
        fresh, old = built[name].read_bytes(), file.read_bytes()
        if name.endswith(".gz"):  # other versions of zlib compress otherwise
            import gzip

            fresh, old = gzip.decompress(fresh), gzip.decompress(old)
        assert fresh == old, name
