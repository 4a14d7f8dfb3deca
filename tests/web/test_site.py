"""The page in Chromium: the tests in web/tests, where Node.js, their packages and a browser are there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "web"


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_page_works_in_chromium() -> None:
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if shutil.which("npx") is None or not (WEB / "node_modules" / "@playwright").is_dir() or browser is None:
        pytest.skip("needs Node.js, the packages of web/ (cd web && npm ci) and Chromium (CHROMIUM=FILE)")
    env = {**os.environ, "PYTHON": sys.executable, "CHROMIUM": browser}
    done = subprocess.run(["npx", "playwright", "test"], cwd=WEB, env=env, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
