"""One pass of every logged experiment, against numbers from the original code, in float64."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from fidelity_fills import fill_parameters, glyph_bank, gumbel_noise, latent_noise, pages, projection
from torch import Tensor

from asciivae.contract import Facts
from asciivae.losses.characters import CrossEntropy, CrossEntropyConfig
from asciivae.losses.edges import Edge, EdgeConfig
from asciivae.losses.latent import KLConfig, KLDivergence
from asciivae.losses.objective import Objective, Term
from asciivae.losses.pixels import L1, MSE, PixelConfig
from asciivae.losses.schedule import constant
from asciivae.losses.ssim import SSIM, SSIMConfig
from asciivae.models.relax import Annealing, Gumbel, Logits, Relaxation, Softmax
from asciivae.render.analytic import Analytic, AnalyticConfig
from asciivae.render.discrete import Discrete, DiscreteConfig
from asciivae.reproduction.logged import LoggedConfig, LoggedVAE

pytestmark = pytest.mark.fidelity
FOLDER = Path(os.environ.get("ASCIIVAE_FIDELITY") or Path(__file__).resolve().parents[3] / "shared" / "fidelity")
TOLERANCE = 1e-5
CE_INPUT = {
    "decoder output as logits": "logits",
    "log-probabilities through NLL": "logits",
    "softmax probabilities, used as if they were logits": "softmax",
    "hard gumbel sample, used as if it were logits": "sample",
    "hard gumbel sample, used as if it were logits, with label smoothing": "sample",
}
RELAXATION = {
    None: ("softmax", False),
    "argmax of target and of probabilities": ("softmax", False),
    "softmax of logits": ("softmax", False),
    "raw logits": ("logits", False),
    "soft gumbel": ("gumbel", False),
    "hard gumbel": ("gumbel", True),
    "hard gumbel (the same sample)": ("gumbel", True),
}
IMAGE_LOSS = {
    None: (MSE, PixelConfig()),
    "mse_mean": (MSE, PixelConfig()),
    "mse_sum": (MSE, PixelConfig(reduction="batch-sum")),
    "l1_mean": (L1, PixelConfig()),
    "one_minus_ssim": (SSIM, SSIMConfig(pad="zero")),
    "ssim (plus sign)": (SSIM, SSIMConfig(pad="zero", form="similarity")),
    "mse_mean of the two log-filtered images": (Edge, EdgeConfig(pad="zero")),
}


def cases() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("exp_*.json")):
        experiment = json.loads(path.read_text())
        # Large SSIM and edge filters in float64 take more than five seconds a page.
        marks = [pytest.mark.slow] if path.stem in ("exp_333d74a", "exp_66ea1d6") else []
        found += [
            pytest.param(experiment, case, id=f"{path.stem}-{case['id']}", marks=marks) for case in experiment["cases"]
        ]
    return found


def build(experiment: dict, case: dict) -> tuple[LoggedVAE, Relaxation, Objective, int]:
    hyper, chain = case["hyper"], case["chain"]
    counts = torch.zeros(95, dtype=torch.int64)
    for character, count in experiment["character_counts"]["nonzero"].items():
        counts[int(character)] = count
    bank = glyph_bank(hyper["font_res_zoom"][0])
    renderer = Discrete(DiscreteConfig(), bank) if chain["renderer"] == "discrete" else Analytic(AnalyticConfig(), bank)
    facts = Facts(glyphs=bank, character_counts=counts)
    share = 1.0 / len(experiment["batch"]) if chain["divide_every_term_by_batch"] else 1.0
    image, image_config = IMAGE_LOSS[chain["image_loss"]]
    if "log_filter_size_sigma" in hyper:
        size, sigma = hyper["log_filter_size_sigma"]
        image_config = EdgeConfig(size=size, sigma=sigma, pad="zero")
    ce = CrossEntropyConfig(
        char_power=hyper.get("char_weight_power", 0.0) if hyper["char_weighting"] else 0.0,
        space_deemph=hyper.get("space_deemph", 1.0),
        label_smoothing=hyper.get("label_smoothing", 0.0),
        input=CE_INPUT[chain["ce_input"]],
        reduction="weighted-mean",
    )
    terms = [
        Term("ce", CrossEntropy(ce, facts), constant(share * hyper["ce_scale"])),
        Term("image", image(image_config, facts), constant(share * hyper["image_coeff"])),
        Term("kl", KLDivergence(KLConfig(reduction="mean"), facts), constant(share * hyper["kl_coeff"])),
    ]
    kind, hard = RELAXATION[chain["image_input"]]
    tau = hyper.get("tau", 1.0) if "tau_rate" not in hyper else Annealing(0.5, hyper["tau_rate"])
    relaxations = {"softmax": Softmax(), "logits": Logits(), "gumbel": Gumbel("gumbel", tau, hard)}
    model = LoggedVAE(LoggedConfig(variant=experiment["arch_variant"])).double()
    return model, relaxations[kind], Objective(terms, renderer, torch.float64), hyper.get("epoch", 0)


def check_summary(values: Tensor, expected: dict[str, Any]) -> None:
    values = values.detach()
    assert list(values.shape) == expected["shape"]
    scale = max(abs(expected["min"]), abs(expected["max"]))
    assert float(values.mean()) == pytest.approx(expected["mean"], rel=TOLERANCE, abs=TOLERANCE * scale)
    assert float(values.std(correction=0)) == pytest.approx(expected["std"], rel=TOLERANCE)
    assert projection(values) == pytest.approx(expected["projection"], rel=TOLERANCE, abs=TOLERANCE * scale)
    if "samples" in expected:
        samples = [float(values[tuple(index)]) for index in expected["sample_indices"]]
        assert samples == pytest.approx(expected["samples"], rel=TOLERANCE, abs=TOLERANCE * scale)


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize(("experiment", "case"), cases())
def test_fidelity_of_one_pass(experiment: dict, case: dict, mode: str, fidelity_dir: Path) -> None:
    model, relaxation, objective, epoch = build(experiment, case)
    phases, expected = experiment["phases"], case[mode]
    parameters = fill_parameters(model, experiment["tensors"], phases["param"])
    model.train(mode == "train")
    pieces = json.loads((fidelity_dir / "unit_pieces.json").read_text())["pieces"]
    ids = pages(pieces)
    gumbel = gumbel_noise((len(ids), 95, 64, 64), phases["uniform"]) if expected["gumbel_draws"] else None
    output = model(ids, latent_noise((len(ids), experiment["z"]), phases["eps"]))
    probs = relaxation(output.logits, gumbel, epoch)
    result = objective(output, probs, ids, torch.ones_like(ids, dtype=torch.bool), 0)
    result.total.backward()

    if "mu" in expected:
        check_summary(output.posterior.mean, expected["mu"])
        check_summary(output.posterior.logvar, expected["log_var"])
        check_summary(output.z, expected["z"])
        heads = {"logits": lambda x: x, "softmax": lambda x: x.softmax(1), "log_softmax": lambda x: x.log_softmax(1)}
        check_summary(heads[case["chain"]["decoder_head"]](output.logits.detach()), expected["decoder_output"])
    if "relaxed" in expected:
        check_summary(probs.detach(), expected["relaxed"])
    if "images" in expected:
        check_summary(objective.renderer(probs.detach()).squeeze(1), expected["images"]["reconstruction"])
    terms = expected["terms"]
    for name in ("ce", "image", "kl"):
        if terms[f"{name}_raw"] is not None:
            assert float(result.terms[name]) == pytest.approx(terms[f"{name}_raw"], rel=TOLERANCE)
            weighted = result.weights[name] * float(result.terms[name])
            assert weighted == pytest.approx(terms[f"{name}_term"], rel=TOLERANCE)
    assert float(result.total.detach()) == pytest.approx(terms["total"], rel=TOLERANCE)
    if "tau" in terms:
        assert isinstance(relaxation, Gumbel)
        assert relaxation.temperature(epoch) == pytest.approx(terms["tau"], rel=TOLERANCE)
    check_gradients(experiment["tensors"], parameters, expected["gradients"])


def check_gradients(tensors: list, parameters: list[torch.nn.Parameter], expected: dict[str, Any]) -> None:
    groups: dict[str, list[Tensor]] = {}
    gradients = [p.grad if p.grad is not None else torch.zeros_like(p) for p in parameters]
    for gradient, (_, group, *_) in zip(gradients, tensors, strict=True):
        groups.setdefault(group, []).append(gradient)
    norms = {name: float(torch.stack([g.norm() for g in group]).norm()) for name, group in groups.items()}
    trunk, mean, logvar, decoder = (norms[name] for name in ("encoder", "mu_head", "log_var_head", "decoder"))
    assert trunk == pytest.approx(expected["encoder_trunk_norm"], rel=TOLERANCE, abs=1e-12)
    assert mean == pytest.approx(expected["mu_head_norm"], rel=TOLERANCE, abs=1e-12)
    assert logvar == pytest.approx(expected["log_var_head_norm"], rel=TOLERANCE, abs=1e-12)
    assert decoder == pytest.approx(expected["decoder_norm"], rel=TOLERANCE, abs=1e-12)
    total = sum(n * n for n in norms.values()) ** 0.5
    assert total == pytest.approx(expected["total_norm"], rel=TOLERANCE)
    for index, vector in expected["tensors"].items():
        gradient = gradients[int(index)]
        assert float(gradient.norm()) == pytest.approx(vector["norm"], rel=TOLERANCE, abs=1e-12)
        scale = float(gradient.abs().max())
        assert gradient.flatten()[:4].tolist() == pytest.approx(vector["first4"], rel=TOLERANCE, abs=TOLERANCE * scale)
