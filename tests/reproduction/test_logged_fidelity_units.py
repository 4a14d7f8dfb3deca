"""Single terms of the logged experiments, against numbers from the original code, in float64.

Every number comes from the fixtures, those of the formulas that they spell out for their inputs included.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import torch
from fidelity_fills import glyph_bank, gumbel_noise, latent_noise, parameter_values
from numpy.typing import NDArray
from tensor_checks import loss_inputs, one_hot_of
from torch import Tensor, nn

from asciivae.contract import Facts, Posterior
from asciivae.losses.characters import CharacterConfig, CrossEntropy, CrossEntropyConfig, character_weights
from asciivae.losses.latent import KLConfig, KLDivergence, kl_divergence
from asciivae.losses.pixels import L1, MSE, PixelConfig, PixelLoss
from asciivae.models.latent import sample_latent
from asciivae.models.relax import Annealing
from asciivae.render.analytic import Analytic, AnalyticConfig
from asciivae.render.discrete import Discrete, DiscreteConfig
from asciivae.render.glyphs import cut
from asciivae.reproduction.logged import LoggedConfig, LoggedVAE

pytestmark = pytest.mark.fidelity
TOLERANCE = 1e-6
FLOOR_OF_ZERO = 1e-12
EARLY_FLOOR, FLOOR = 0.25, 0.5
EARLY = ("76478ad", "7c7dbc3")
"""The commits whose temperature fell to 0.25."""


def fixture(folder: Path, name: str) -> Any:
    return json.loads((folder / f"unit_{name}.json").read_text())


def numbers(formula: str) -> list[float]:
    """The numbers of a formula, in the order of its text; whoever asks knows the formula.

    A minus after a bracket, comma, star or blank is a number's own; any other belongs to the formula.
    """
    return [float(n.replace(" ", "")) for n in re.findall(r"(?:(?<=[ (,*])- ?)?\d+\.?\d*", formula)]


def close(values: Any, expected: Any) -> None:
    """Compare tensors, arrays or numbers with a nested list of the fixtures."""
    np.testing.assert_allclose(np.asarray(values), np.asarray(expected), rtol=TOLERANCE, atol=FLOOR_OF_ZERO)


def ramp_of(*shape: int) -> Tensor:
    """0, 1, 2 … in C order."""
    return torch.arange(math.prod(shape), dtype=torch.float64).view(shape)


def test_fidelity_of_the_fills(fidelity_dir: Path) -> None:
    expected = fixture(fidelity_dir, "fills")
    phases = expected["phases"]
    for probe in expected["tensors"]:
        values = parameter_values(probe["kind"], tuple(probe["shape"]), probe["t"], phases["param"])
        close(values.ravel()[probe["indices"]], probe["values"])
        close((values**2).sum(), probe["sum_of_squares"])
    epsilon = expected["eps"]
    close(latent_noise(tuple(epsilon["shape"]), phases["eps"]).flatten()[epsilon["indices"]], epsilon["values"])
    uniform = expected["uniform"]
    gumbel = gumbel_noise((uniform["n"],), phases["uniform"])
    close(gumbel[uniform["indices"]], uniform["gumbel"])
    close((-(-gumbel).exp()).exp()[uniform["indices"]], uniform["u"])
    close(gumbel.mean(), uniform["mean_gumbel"])
    for res, probes in expected["glyph_bank"].items():
        bank = glyph_bank(int(res))
        for character, row, column, value in probes:
            close(bank[character, row, column], value)
    for res, total in expected["glyph_bank_sums"].items():
        close(glyph_bank(int(res)).sum(), total)


def test_fidelity_of_the_annealed_temperature(fidelity_dir: Path) -> None:
    expected = fixture(fidelity_dir, "tau")
    for row in expected["rows"]:
        floor = EARLY_FLOOR if row["commit"].startswith(EARLY) else FLOOR
        taus = [[Annealing(floor, rate)(epoch) for epoch in expected["epochs"]] for rate in expected["rates"]]
        close(taus, row["tau"])


def test_fidelity_of_the_latent_sample_and_its_divergence(fidelity_dir: Path) -> None:
    expected = fixture(fidelity_dir, "kl")
    mean = torch.tensor(expected["mu"], dtype=torch.float64)
    logvar = torch.tensor(expected["log_var"], dtype=torch.float64)
    noise = latent_noise((mean.shape[0], mean.shape[1]), expected["eps_phase"])
    for row in expected["rows"]:
        # Two commits kept σ from falling below a floor; where they did, σ is no longer exp(½ log_var).
        floor = torch.tensor(row["sigma"], dtype=torch.float64).log() * 2.0
        kept = torch.maximum(logvar, floor)
        close((0.5 * kept).exp(), row["sigma"])
        check_latent(Posterior(mean, kept), noise, row)
    variant_f = expected["variant_F"]
    normalised = torch.log_softmax(logvar, dim=1)
    close(normalised, variant_f["log_var"])
    check_latent(Posterior(mean, normalised), noise, variant_f)


def check_latent(posterior: Posterior, noise: Tensor, expected: dict[str, Any]) -> None:
    close(sample_latent(posterior, noise), expected["z"])
    close(kl_divergence(posterior.mean, posterior.logvar), expected["kl_elements"])
    pieces = torch.zeros(len(noise), 1, 1, dtype=torch.int64)
    inputs = loss_inputs(torch.zeros(len(noise), 95, 1, 1, dtype=torch.float64), pieces, posterior=posterior)
    facts = Facts(glyphs=glyph_bank(1), character_counts=torch.zeros(95, dtype=torch.int64))
    close(KLDivergence(KLConfig(reduction="mean"), facts)(inputs)[""].mean(), expected["kl_mean"])


def test_fidelity_of_the_cross_entropy(fidelity_dir: Path) -> None:
    expected = fixture(fidelity_dir, "ce")
    scale, rate, offset = numbers(expected["logits"])[:3]
    logits = scale * torch.sin(rate * ramp_of(*expected["shape"]) + offset)
    close(logits.flatten()[: len(expected["logits_first6"])], expected["logits_first6"])
    assert logits.argmax(dim=1).tolist() == expected["argmax_of_logits"]
    for row in expected["rows"]:
        check_cross_entropies(row, logits, torch.tensor(expected["targets"]), torch.tensor(expected["counts"]))


def check_cross_entropies(row: dict[str, Any], logits: Tensor, targets: Tensor, counts: Tensor) -> None:
    power, space = re.search(r"counts_s([\d.]+)", row["name"]), re.search(r"space_over_([\de]+)", row["name"])
    options: dict[str, Any] = {
        "char_power": float(power[1]) if power else 0.0,
        "space_deemph": float(space[1]) if space else 1.0,
        "reduction": "weighted-mean",
    }
    close(character_weights(counts, CharacterConfig(**options)), row["weights"])
    one_hot = nn.functional.one_hot(logits.argmax(dim=1), logits.shape[1]).movedim(3, 1).double()
    leaf = logits.clone().requires_grad_()
    inputs = loss_inputs(leaf, targets, probs=one_hot)
    facts = Facts(glyphs=glyph_bank(1), character_counts=counts)

    def loss(what: Literal["logits", "softmax", "sample"], smoothing: float = 0.0) -> Tensor:
        config = CrossEntropyConfig(input=what, label_smoothing=smoothing, **options)
        # The engine takes the mean over the pieces.
        value: Tensor = CrossEntropy(config, facts)(inputs)[""]
        return value.mean()

    close(loss("logits").detach(), row["ce_on_logits"])
    close(loss("logits").detach(), row["nll_on_log_softmax"])
    close(loss("softmax").detach(), row["ce_on_softmax"])
    close(loss("sample"), row["ce_on_one_hot_of_argmax"])
    compared = 0
    for name, value in row.items():
        if name.startswith("ce_on_logits_scale_"):
            close(float(name.rpartition("_")[2]) * loss("logits").detach(), value)
        elif match := re.fullmatch(r"ce_on_(logits|one_hot)_smoothing_([\d.]+)", name):
            close(loss("logits" if match[1] == "logits" else "sample", float(match[2])).detach(), value)
            compared += 1
        elif match := re.fullmatch(r"grad_smoothing_([\d.]+)_first_cell_of_first_item", name):
            (gradient,) = torch.autograd.grad(loss("logits", float(match[1])), leaf)
            close(gradient[0, :, 0, 0], value)
            compared += 1
    assert compared >= 3


def test_fidelity_of_the_two_levels_of_a_hard_sample(fidelity_dir: Path) -> None:
    levels = fixture(fidelity_dir, "ce")["hard_ce_levels_95"]
    facts = Facts(glyphs=glyph_bank(1), character_counts=torch.zeros(95, dtype=torch.int64))
    loss = CrossEntropy(CrossEntropyConfig(input="sample", reduction="weighted-mean"), facts)
    shown = one_hot_of(torch.tensor([[[7]]]))
    for true, level in ((7, levels["right"]), (8, levels["wrong"])):
        close(loss(loss_inputs(shown, torch.tensor([[[true]]]), probs=shown))[""], [level])


def test_fidelity_of_the_character_weights(fidelity_dir: Path) -> None:
    expected = fixture(fidelity_dir, "class_weights")
    squared, _, linear, modulus, _, spaces = (int(n) for n in numbers(expected["counts"]))
    character = torch.arange(95)
    counts = (squared * character**2 + linear * character) % modulus
    counts[0] = spaces
    assert counts[: len(expected["counts_first8"])].tolist() == expected["counts_first8"]
    for row in expected["rows"]:
        config = CharacterConfig(
            char_power=row["s"] if row["weighting"] else 0.0,
            space_deemph=row["space_deemph"] if row["has_space_option"] else 1.0,
        )
        weights = character_weights(counts, config)
        close(weights[: len(row["first6"])], row["first6"])
        close(weights[-len(row["last2"]) :], row["last2"])
        close(weights.sum(), row["sum"])


def glyph_sources(formulas: dict[str, Any]) -> dict[str, NDArray[np.uint8]]:
    y, x = np.mgrid[:64, :64]
    vertical, horizontal, mixed, modulus = (int(n) for n in numbers(formulas["texture"]))
    texture = (vertical * y + horizontal * x + mixed * x * y) % modulus
    _, inner, column, _, row, _, outer, diagonal, line, paper = (int(n) for n in numbers(formulas["strokes"]))
    distance = (x - column) ** 2 + (y - row) ** 2
    inked = ((inner <= distance) & (distance <= outer)) | (x + y == diagonal) | (y == line)
    sources = {"texture": texture.astype(np.uint8), "strokes": np.where(inked, 0, paper).astype(np.uint8)}
    for name, source in sources.items():
        assert int(source.sum()) == formulas[f"{name}_sum"]
    return sources


def test_fidelity_of_the_resized_glyphs(fidelity_dir: Path) -> None:
    expected = fixture(fidelity_dir, "glyph_resize")
    sources = glyph_sources(expected["sources"])
    differences = []
    for row in expected["rows"]:
        sheet = sources[row["source"]][None]
        for how in ("plain", "antialias"):
            size = (row["res"], row["res"])
            glyph = cut(sheet, cell="logged", res=size, zoom=row["zoom"], antialias=how == "antialias")
            levels = (glyph[0].double() * 255).round().int()
            differences.append((levels - torch.tensor(row[how])).abs().flatten())
    different = torch.cat(differences)
    # The original interpolates in float32: one exact tie falls on the other side there.
    assert int(different.max()) <= 1
    assert int(different.sum()) <= 1


def test_fidelity_of_the_renderers(fidelity_dir: Path) -> None:
    expected = fixture(fidelity_dir, "render")
    bank, grid = glyph_bank(expected["res"]), torch.tensor(expected["grid"])
    discrete, analytic = Discrete(DiscreteConfig(), bank), Analytic(AnalyticConfig(), bank)
    close(discrete(one_hot_of(grid))[:, 0], [expected["discrete_of_grid"]])
    close(analytic(one_hot_of(grid))[:, 0], [expected["discrete_of_grid"]])
    assert list(discrete(one_hot_of(grid))[:, 0].shape) == expected["image_shape"]

    scale, channel, row, column, offset = numbers(expected["logits"])
    c, y, x = (torch.arange(n, dtype=torch.float64) for n in (95, *grid.shape[1:]))
    logits = scale * torch.sin(channel * c[:, None, None] + row * y[:, None] + column * x + offset)[None]
    assert logits[0].argmax(dim=0).tolist() == expected["argmax_of_logits"]
    close(analytic(logits.softmax(dim=1))[0, 0], expected["continuous_of_softmax"])
    close(analytic(logits)[0, 0], expected["continuous_of_raw_logits"])
    close(discrete(logits.softmax(dim=1))[0, 0, 0], expected["discrete_of_softmax_first_row"])


def test_fidelity_of_the_upsampling(fidelity_dir: Path) -> None:
    expected = fixture(fidelity_dir, "upsample")
    rate, offset = numbers(expected["input"])
    layers = [module for module in LoggedVAE(LoggedConfig(variant="C")).modules() if isinstance(module, nn.Upsample)]
    for row in expected["rows"]:
        upsample = next(m for m in layers if m.scale_factor == pytest.approx(row["scale"]))
        page = upsample(torch.sin(rate * ramp_of(1, 1, row["in_side"], row["in_side"]) + offset))[0, 0]
        assert list(page.shape) == [row["out_side"]] * 2
        close(page[0], row["row0"])
        close(page[1], row["row1"])
        close(page[-1], row["last_row"])
        close(page.sum(), row["sum"])


def test_fidelity_of_the_pixel_losses(fidelity_dir: Path) -> None:
    expected = fixture(fidelity_dir, "image_losses")
    values, (batch, height, width) = expected["values"], expected["images"]["shape"]
    recon, target = pictures(expected["images"])
    close(recon.sum(), expected["Y_sum"])
    close(target.sum(), expected["X_sum"])
    assert batch * height * width == values["pixels_times_batch"]
    # One pixel per cell: then the mask has the size of the pictures.
    inputs = loss_inputs(
        torch.zeros(batch, 95, height, width, dtype=torch.float64),
        torch.zeros(batch, height, width, dtype=torch.int64),
        target_image=target[:, None],
        recon_image=recon[:, None],
        squared_error=(recon - target).square().flatten(1).sum(1),
    )
    facts = Facts(glyphs=glyph_bank(1), character_counts=torch.zeros(95, dtype=torch.int64))

    def mean(loss: type[PixelLoss], reduction: Literal["mean", "sum", "batch-sum"]) -> Tensor:
        value: Tensor = loss(PixelConfig(reduction=reduction), facts)(inputs)[""].mean()
        return value

    close(mean(MSE, "batch-sum"), values["mse_sum"])
    close(mean(MSE, "mean"), values["mse_mean"])
    close(mean(L1, "mean"), values["l1_mean"])
    close(100 * mean(L1, "mean") / batch, values["l1_mean_div_batch_times_100"])


def pictures(description: dict[str, Any]) -> tuple[Tensor, Tensor]:
    """The reconstruction and the target (2, H, W) that the fixture describes."""
    _, height, width = description["shape"]
    y, x = (torch.arange(n, dtype=torch.float64) for n in (height, width))
    offset, scale, down, across, mixed, *rest = numbers(description["formula"])
    k0, a0, one, half, *_, k1, a1, quarter, _, _, lift = rest

    def wave(k: float, a: float) -> Tensor:
        return offset + scale * torch.sin(down * y[:, None] * k + across * x + mixed * x * y[:, None] + a)

    target = torch.stack([wave(k0, a0), one - half * wave(k0, a0)])
    recon = torch.stack([wave(k1, a1), quarter * wave(k1, a1) + lift])
    return recon, target
