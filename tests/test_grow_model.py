"""A grown model computes what the smaller one did, and training goes on from its file."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch
from tensor_checks import random_pages

import asciivae
from asciivae.models.spatial import SpatialConfig, SpatialVAE

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("grow_model", PROJECT / "scripts" / "grow_model.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_grown_model_computes_the_same(script: ModuleType) -> None:
    torch.manual_seed(0)
    small = SpatialVAE(SpatialConfig(fine_channels=8, coarse_channels=12, tail_channels=4)).eval()
    for parameter in small.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    large = script.grown(small, 5)
    pages = random_pages(2, 16, 24)
    with torch.no_grad():
        assert torch.equal(large(pages).logits, small(pages).logits)
    assert sum(p.numel() for p in large.parameters()) > sum(p.numel() for p in small.parameters())


def test_as_many_blocks_are_refused(script: ModuleType) -> None:
    with pytest.raises(SystemExit, match="has 2 of these blocks already"):
        script.grown(SpatialVAE(SpatialConfig(fine_channels=4, coarse_channels=4)), 2)


def test_the_file_is_a_model_of_its_own(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "grown.safetensors"
    monkeypatch.setattr(sys, "argv", ["grow_model.py", "bundled", str(out), "--blocks", "6"])
    script.main()
    assert capsys.readouterr().out.strip() == str(out)
    cat = " /\\_/\\\n( o.o )\n > ^ <"
    large, small = asciivae.load(out), asciivae.load("bundled")
    assert large.model.config.decoder_coarse_blocks == 6
    assert large.reconstruct(cat) == small.reconstruct(cat)
