"""onehot2raa as a renderer: what it draws, passes back and refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tensor_checks import assert_gradient, one_hot_of, random_pages, random_tensor
from torch import Tensor
from torch.nn import functional

from asciivae.contract import CONTRACT
from asciivae.errors import AsciivaeError, ModelError
from asciivae.files.atomic import write_tensors
from asciivae.files.weights import DAMAGED, MODEL_FORMAT, RENDERER_FORMAT
from asciivae.losses.objective import Objective, one_hot
from asciivae.models.base import VAEOutput
from asciivae.onehot2raa.inputs import noisy_one_hot
from asciivae.onehot2raa.network import (
    LARGEST_WEIGHT,
    MOST_HIDDEN,
    SHIPPED,
    Network,
    Neural,
    NeuralConfig,
    read_network,
)
from asciivae.render.analytic import Analytic, AnalyticConfig
from asciivae.render.discrete import Discrete, DiscreteConfig
from asciivae.render.glyphs import atlas, digest

GLYPHS = atlas(res=(5, 3))


def network(cell: tuple[int, int] = (5, 3), hidden: int = 4) -> Network:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Network(cell, hidden)


def saved(folder: Path, glyphs: Tensor = GLYPHS, form: str = RENDERER_FORMAT, **changes: Tensor) -> str:
    """A weights file of an untrained network whose pictures are the glyphs."""
    made = network(tuple(glyphs.shape[1:])).state_dict()
    tensors = {**made, "pictures": glyphs, "glyphs": glyphs, **changes}
    write_tensors(folder / "renderer.safetensors", tensors, {"format": form, "recipe": "", "name": "made"})
    return str(folder / "renderer.safetensors")


def soft_page(*shape: int) -> Tensor:
    return random_tensor(2, 95, *(shape or (3, 4)), scale=2.0).float().softmax(1)


@pytest.fixture
def renderer(tmp_path: Path) -> Neural:
    return Neural(NeuralConfig(saved(tmp_path)), GLYPHS)


@pytest.fixture
def shipped() -> Neural:
    return Neural(NeuralConfig(), atlas())


def test_what_it_declares(renderer: Neural) -> None:
    assert (renderer.contract, renderer.Config, renderer.cell) == (CONTRACT, NeuralConfig, (5, 3))
    assert (renderer.differentiable, renderer.linear) == (True, False)
    assert isinstance(renderer.baseline, Discrete)


@pytest.mark.parametrize("cell", [(7, 7), (9, 9), (16, 16), (18, 9), (7, 11), (1, 1)])
@pytest.mark.parametrize("page", [(1, 1), (2, 7)])
def test_shape(cell: tuple[int, int], page: tuple[int, int]) -> None:
    picture = network(cell).eval()(soft_page(*page))
    assert picture.shape == (2, 1, page[0] * cell[0], page[1] * cell[1])
    assert picture.dtype == torch.float32
    assert 0 <= picture.min() <= picture.max() <= 1


def test_value(renderer: Neural) -> None:
    """By its definition, term by term."""
    page = random_tensor(1, 95, 2, 2, scale=2.0).softmax(1)
    picture = renderer.double()(page)
    for row in range(2):
        for column in range(2):
            p = page[0, :, row, column]
            fourth = (p + 1e-4) ** 4
            counts = [(p / (p + scale)).sum() for scale in (0.0005, 0.003, 0.016, 0.08)]
            logs = [count.log() for count in counts]
            between = [logs[k] - logs[k + 1] for k in range(3)]
            features = [*between, logs[3], fourth.sum().log() / 4]
            certainty = renderer.network.judge(torch.stack(features)).sigmoid()
            mixture = (1 - certainty) * p + certainty * fourth / fourth.sum()
            expected = torch.einsum("c,chw->hw", mixture, renderer.network.pictures)
            cell = picture[0, 0, 5 * row : 5 * row + 5, 3 * column : 3 * column + 3]
            assert torch.allclose(cell, expected, atol=1e-9)


def test_gradient_with_respect_to_the_page(renderer: Neural) -> None:
    assert_gradient(lambda scores: renderer.double()(scores.softmax(1)), random_tensor(1, 95, 1, 2))


def test_gradient_with_respect_to_the_weights() -> None:
    learner = network((2, 2), hidden=2).double()
    page = random_tensor(1, 95, 1, 1).softmax(1)
    names = list(dict(learner.named_parameters()))

    def drawn(*values: Tensor) -> Tensor:
        picture, odds = torch.func.functional_call(_Judged(learner), dict(zip(names, values, strict=True)), (page,))
        return torch.cat([picture.flatten(), odds.flatten()])

    assert_gradient(drawn, *(value.detach() for value in learner.parameters()))


class _Judged(torch.nn.Module):
    def __init__(self, learner: Network) -> None:
        super().__init__()
        self.pictures, self.judge, self.cell = learner.pictures, learner.judge, learner.cell

    forward = Network.forward_with_gate


def test_it_is_frozen_and_stays_in_evaluation_mode(renderer: Neural) -> None:
    assert not any(parameter.requires_grad for parameter in renderer.parameters())
    assert not any(module.training for module in renderer.train().modules())
    page = soft_page().requires_grad_()
    renderer(page).square().sum().backward()
    assert page.grad is not None
    assert bool((page.grad != 0).any())
    assert all(parameter.grad is None for parameter in renderer.parameters())


def test_memory_layouts_draw_alike(renderer: Neural) -> None:
    page = soft_page()
    assert torch.equal(renderer(page), renderer(page.contiguous(memory_format=torch.channels_last)))


def test_its_digest_names_the_weights_as_well(tmp_path: Path) -> None:
    one = Neural(NeuralConfig(saved(tmp_path)), GLYPHS).digest
    assert one == Neural(NeuralConfig(saved(tmp_path)), GLYPHS).digest
    other = saved(tmp_path, pictures=GLYPHS.flip(0))
    assert one != Neural(NeuralConfig(other), GLYPHS).digest


def test_a_certain_page_and_very_small_probabilities_are_drawn(renderer: Neural) -> None:
    ids = random_pages(1, 2, 3)
    certain = one_hot(ids, torch.float32)
    assert torch.allclose(renderer(certain), Discrete(DiscreteConfig(), GLYPHS)(certain), atol=1e-6)
    tiny = (certain * 200).softmax(1).requires_grad_()
    renderer(tiny).sum().backward()
    assert tiny.grad is not None
    assert bool(tiny.grad.isfinite().all())


class TestRefused:
    @pytest.mark.parametrize("shape", [(1, 94, 2, 2), (1, 96, 2, 2), (95, 2, 2), (1, 1, 95, 2, 2)])
    def test_what_is_no_page_of_95_characters(self, renderer: Neural, shape: tuple[int, ...]) -> None:
        with pytest.raises(ModelError) as caught:
            renderer(torch.ones(shape))
        assert caught.value.message == f"a page has the shape (B, 95, H, W), not {shape}"
        assert (
            caught.value.hint
            == "give one channel for each of the 95 printable characters of ASCII, code points 32 to 126"
        )

    @pytest.mark.parametrize("value", [float("nan"), float("inf")])
    def test_numbers_that_are_not_finite(self, renderer: Neural, value: float) -> None:
        page = soft_page()
        page[0, 3, 1, 2] = value
        with pytest.raises(ModelError) as caught:
            renderer(page)
        assert caught.value.message == "1 of 24 cells contain non-finite values"
        assert caught.value.hint == "check the input of the renderer; a diverged training run reports their origin"

    @pytest.mark.parametrize("change", [lambda page: 2 * page, lambda page: page - 0.01])
    def test_what_is_no_distribution(self, renderer: Neural, change: Callable[[Tensor], Tensor]) -> None:
        with pytest.raises(ModelError) as caught:
            renderer(change(soft_page()))
        assert caught.value.message == "24 of 24 cells are not distributions over the characters"
        assert caught.value.hint == ("it draws probabilities: --set relax.use=softmax, or --set renderer.use=analytic")

    @pytest.mark.parametrize("below", [0.5, 0.0005, 2e-6])
    def test_probabilities_below_nothing(self, renderer: Neural, below: float) -> None:
        page = one_hot(torch.full((1, 2, 2), 7), torch.float32)
        page[0, 7, 1, 1], page[0, 8, 1, 1] = 1 + below, -below
        with pytest.raises(ModelError, match="1 of 4 cells are not distributions over the characters"):
            renderer(page)

    def test_what_rounding_leaves_is_drawn(self, renderer: Neural) -> None:
        page = one_hot(torch.full((1, 1, 1), 7), torch.float32) - 9e-7
        assert torch.allclose(renderer(page), GLYPHS[7], atol=1e-3)

    @pytest.mark.parametrize(("res", "size"), [((5, 4), "5×4"), ((10, 6), "10×6")])
    def test_glyphs_of_another_size(self, tmp_path: Path, res: tuple[int, int], size: str) -> None:
        file, others = saved(tmp_path), atlas(res=res)
        with pytest.raises(ModelError) as caught:
            Neural(NeuralConfig(file), others)
        error = caught.value
        assert error.message == (
            f"was trained for the glyphs {digest(GLYPHS)} (5×3 pixels), not for those of the recipe, "
            f"{digest(others)} ({size})"
        )
        assert error.place == file
        assert error.hint == (
            "train one for these glyphs, with the same --set glyphs…: asciivae train-renderer, "
            "and give its renderer.safetensors as renderer.weights"
        )

    def test_other_glyphs_of_the_same_size(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="was trained for the glyphs"):
            Neural(NeuralConfig(saved(tmp_path)), GLYPHS.flip(2))

    def test_a_file_that_is_not_there_or_a_folder(self, tmp_path: Path) -> None:
        for path, what in ((tmp_path / "no.safetensors", "does not exist"), (tmp_path, "is a folder")):
            with pytest.raises(ModelError) as caught:
                read_network(path)
            assert (caught.value.message, caught.value.place) == (what, str(path))
            assert caught.value.hint == (
                "give a file: a run of `asciivae train-renderer` has checkpoints/step-N/renderer.safetensors"
            )

    def test_the_weights_of_a_model(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError) as caught:
            read_network(Path(saved(tmp_path, form=MODEL_FORMAT)))
        assert caught.value.message == "is not the weights file of a renderer"
        assert caught.value.hint == "give a renderer.safetensors, which asciivae train-renderer writes"

    @pytest.mark.parametrize(
        "changes",
        [
            {"pictures": torch.zeros(95, 5, 4)},
            {"pictures": torch.zeros(94, 5, 3)},
            {"judge.0.bias": torch.zeros(2000)},
            {"judge.0.bias": torch.zeros(2, 2)},
            {"judge.0.weight": torch.zeros(4, 6)},
            {"judge.4.weight": torch.zeros(1, 4, dtype=torch.int64)},
            {"more": torch.zeros(1)},
            {"glyphs": torch.zeros(95, 5, 65)},
        ],
        ids=str,
    )
    def test_tensors_that_no_renderer_has(self, tmp_path: Path, changes: dict[str, Tensor]) -> None:
        with pytest.raises(ModelError) as caught:
            read_network(Path(saved(tmp_path, **changes)))
        assert (caught.value.message, caught.value.hint) == ("does not contain the tensors of a renderer", DAMAGED)

    @pytest.mark.parametrize(
        "changes",
        [
            {"judge.0.bias": torch.full((4,), torch.nan)},
            {"judge.2.weight": torch.full((4, 4), -torch.inf)},
            {"judge.4.weight": torch.full((1, 4), -1.1e6)},
        ],
        ids=str,
    )
    def test_numbers_that_no_renderer_has(self, tmp_path: Path, changes: dict[str, Tensor]) -> None:
        with pytest.raises(ModelError, match="contains values out of range for a renderer"):
            read_network(Path(saved(tmp_path, **changes)))

    def test_glyphs_that_are_not_grey(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"contains glyphs with values outside of \[0, 1\]"):
            read_network(Path(saved(tmp_path, glyphs=torch.full((95, 5, 3), 2.0))))

    @pytest.mark.parametrize("sign", [1, -1])
    def test_the_largest_weights_overflow_nowhere(self, sign: int) -> None:
        learner = network(hidden=MOST_HIDDEN).eval()
        for value in learner.parameters():
            torch.nn.init.constant_(value, sign * LARGEST_WEIGHT)
        page = torch.cat([soft_page(), one_hot(random_pages(1, 3, 4), torch.float32)]).requires_grad_()
        picture = learner(page)
        picture.sum().backward()
        assert page.grad is not None
        assert bool(picture.isfinite().all())
        assert bool(page.grad.isfinite().all())

    def test_what_is_no_weights_file(self, tmp_path: Path) -> None:
        file = tmp_path / "a.safetensors"
        file.write_bytes(b"nothing of the kind")
        with pytest.raises(ModelError, match="cannot be read as a weights file"):
            read_network(file)


class TestInTheObjective:
    def test_originals_are_drawn_by_the_baseline(self, tmp_path: Path) -> None:
        renderer = Neural(NeuralConfig(saved(tmp_path, pictures=torch.zeros(95, 5, 3))), GLYPHS)
        seen = []

        class Watching:
            needs = frozenset({"target_image", "recon_image"})

            def __call__(self, inputs):  # type: ignore[no-untyped-def]
                seen.append((inputs.target_image, inputs.recon_image))
                return {"": inputs.recon_image.flatten(1).sum(1)}

        ids = random_pages(1, 2, 2)
        self.evaluated(renderer, Watching(), ids, torch.zeros(1, 95, 2, 2))
        target, recon = seen[0]
        assert torch.equal(target, Discrete(DiscreteConfig(), GLYPHS)(one_hot(ids, torch.float32)))
        assert torch.equal(recon, torch.zeros_like(recon))

    def test_a_run_that_diverges_is_left_to_the_guard(self, renderer: Neural) -> None:
        class Ink:
            needs = frozenset({"recon_image"})

            def __call__(self, inputs):  # type: ignore[no-untyped-def]
                return {"": inputs.recon_image.flatten(1).sum(1)}

        ids = random_pages(1, 2, 2)
        found = self.evaluated(renderer, Ink(), ids, torch.full((1, 95, 2, 2), torch.nan))
        assert bool(found.total.isnan())

    def test_what_it_refuses_otherwise_is_told(self, renderer: Neural) -> None:
        class Ink:
            needs = frozenset({"recon_image"})

        ids = random_pages(1, 2, 2)
        with pytest.raises(AsciivaeError) as caught:
            self.evaluated(renderer, Ink(), ids, torch.zeros(1, 95, 2, 2), relax=lambda logits: logits)
        assert str(caught.value) == (
            "the renderer, step 0: 4 of 4 cells are not distributions over the characters\n\n"
            "hint: it draws probabilities: --set relax.use=softmax, or --set renderer.use=analytic"
        )

    @staticmethod
    def evaluated(renderer, loss, ids, logits, relax=lambda logits: logits.softmax(1)):  # type: ignore[no-untyped-def]
        from asciivae.contract import Posterior
        from asciivae.losses.objective import Term
        from asciivae.losses.schedule import constant

        nothing = torch.zeros(1, 1)
        output = VAEOutput(Posterior(nothing, nothing), nothing, logits)
        objective = Objective([Term("ink", loss, constant(1.0))], renderer)
        return objective(output, relax(logits), ids, torch.ones_like(ids, dtype=torch.bool), 0)


class TestShipped:
    """What comes with asciivae, on pages that need no model; with a trained one: benchmarks/renderers.py."""

    def test_it_is_small(self) -> None:
        import asciivae

        assert (Path(asciivae.__file__).parent / "assets" / SHIPPED).stat().st_size < 1_000_000

    def test_clean_and_noisy_pages_look_like_the_glyphs(self, shipped: Neural) -> None:
        certain = one_hot_of(random_pages(4, 16, 16, ink=0.9), torch.float32)
        baseline = Discrete(DiscreteConfig(), atlas())(certain)
        assert psnr(shipped(certain), baseline) > 50
        noisy = noisy_one_hot(certain, 0.1, torch.Generator().manual_seed(0))
        assert psnr(shipped(noisy), baseline) > 35

    @pytest.mark.parametrize("alpha", [1.0, 0.1])
    def test_random_points_of_the_simplex_look_as_is_to_be_expected(self, shipped: Neural, alpha: float) -> None:
        gamma = torch.distributions.Gamma(torch.full((4, 95, 16, 16), alpha), 1.0)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            drawn = gamma.sample() + 1e-30
        page = drawn / drawn.sum(1, keepdim=True)
        assert psnr(shipped(page), Analytic(AnalyticConfig(), atlas())(page)) > 35

    def test_its_gradient_on_a_softmax_is_the_analytic_one(self, shipped: Neural) -> None:
        ids = random_pages(2, 16, 16)
        scores = 6 * one_hot_of(ids, torch.float32) + random_tensor(2, 95, 16, 16, scale=1.5).float()
        analytic = Analytic(AnalyticConfig(), atlas())
        gradients = []
        for renderer in (shipped, analytic):
            page = scores.softmax(1).requires_grad_()
            (renderer(page) - analytic(one_hot_of(ids, torch.float32))).square().sum().backward()
            gradients.append(page.grad.flatten(1))
        assert float(functional.cosine_similarity(*gradients).mean()) > 0.95


def psnr(one: Tensor, other: Tensor) -> float:
    return float(-10 * torch.log10((one - other).square().mean() + 1e-12))
