"""`asciivae plugins new`: a package to start from."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_runs import asciivae


class TestNew:
    def test_it_says_where_it_is_and_what_to_do(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        done = asciivae("plugins", "new", "loss", "my-loss")
        assert (done.exit_code, done.stdout) == (0, "asciivae-my-loss\n")
        assert "asciivae plugins install --editable asciivae-my-loss\n  asciivae plugins check my-loss\n" in done.stderr
        assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()) == [
            "asciivae-my-loss/README.md",
            "asciivae-my-loss/asciivae_my_loss.py",
            "asciivae-my-loss/example.yaml",
            "asciivae-my-loss/pyproject.toml",
            "asciivae-my-loss/tests/test_asciivae_my_loss.py",
        ]

    @pytest.mark.parametrize("name", ["none", "config", "tensor", "loss", "asciivae-true", "a1-b2"])
    def test_no_name_makes_code_that_is_none(self, name: str, tmp_path: Path) -> None:
        assert asciivae("plugins", "new", "loss", name, "--to", tmp_path / "made").exit_code == 0
        for file in tmp_path.rglob("*.py"):
            compile(file.read_text(), file, "exec")
            assert "$" not in file.read_text()

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("My Loss", "'My Loss' is not a valid plugin name"),
            ("../up", "'../up' is not a valid plugin name"),
            ("my_loss", "'my_loss' is not a valid plugin name"),
            ("ssim", "the loss 'ssim' already exists in asciivae "),
        ],
    )
    def test_names_that_are_refused(self, name: str, message: str, tmp_path: Path) -> None:
        done = asciivae("plugins", "new", "loss", name, "--to", tmp_path / "made")
        assert (done.exit_code, done.stdout) == (2, "")
        assert message in done.stderr
        assert not (tmp_path / "made").exists()

    def test_nothing_is_written_over(self, tmp_path: Path) -> None:
        done = asciivae("plugins", "new", "loss", "my-loss", "--to", tmp_path)
        assert done.exit_code == 2
        assert done.stderr == f"error: {tmp_path}: already exists\n\nhint: name another folder with --to\n"

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        done = asciivae("plugins", "new", "loss", "my-loss", "--to", tmp_path / "file" / "made")
        assert done.exit_code == 1
        assert "cannot be written: Not a directory" in done.stderr
