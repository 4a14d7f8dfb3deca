from typing import Literal

import pytest
import torch
from torch import nn

from asciivae.training.muon import MOMENTUM, Muon, _symmetric, orthogonalised
from asciivae.training.optim import Optim


def matrix(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("shape", [(6, 40), (40, 6), (12, 12), (1, 9), (130, 300), (200, 150)])
def test_singular_values_come_near_one_and_directions_stay(shape: tuple[int, int]) -> None:
    left, values, right = torch.linalg.svd(matrix(*shape).double(), full_matrices=False)
    values = torch.linspace(1, 0.05, len(values), dtype=torch.float64)
    found = left.T @ orthogonalised((left * values @ right)[None])[0] @ right.T
    assert float(found.diagonal().min()) > 0.6
    assert float(found.diagonal().max()) < 1.2
    torch.testing.assert_close(found, torch.diag(found.diagonal()), rtol=0, atol=1e-9)


def test_the_gram_form_is_the_iteration_on_the_matrix_itself() -> None:
    x = matrix(5, 20).double()
    x = x / x.norm()
    found = orthogonalised(x[None])[0]
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    torch.testing.assert_close(found, x, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("size", [5, 127, 128, 150, 192])
def test_a_symmetric_product_is_the_product(size: int) -> None:
    left = matrix(2, size, 30)
    found = _symmetric(left, left.mT)
    torch.testing.assert_close(found, left @ left.mT)
    assert torch.equal(found, found.mT) or size < 128  # below two strips it is computed in full


def test_the_layout_of_a_kernel_in_memory_does_not_matter() -> None:
    plain = nn.Parameter(matrix(8, 6, 3, 3))
    last = nn.Parameter(plain.detach().clone(memory_format=torch.channels_last))
    for kernel in (plain, last):
        kernel.grad = matrix(8, 6, 3, 3).flip(0)
        Muon([kernel], lr=0.1, weight_decay=0.1).step()
    assert not last.is_contiguous()
    torch.testing.assert_close(last, plain)


def test_matrices_are_orthogonalised_one_by_one() -> None:
    many = matrix(3, 6, 10) * torch.tensor([1.0, 1e-3, 1e3])[:, None, None]
    torch.testing.assert_close(orthogonalised(many), torch.cat([orthogonalised(one[None]) for one in many]))


def test_kernels_of_one_shape_take_the_steps_that_they_take_alone() -> None:
    together, apart = ([nn.Parameter(matrix(4, 3, 3, 3) * (n + 1)) for n in range(3)] for _ in range(2))
    optimisers = [Muon(together, lr=0.1, weight_decay=0.1), *(Muon([one], lr=0.1, weight_decay=0.1) for one in apart)]
    for step in range(3):
        for n, kernel in enumerate(together + apart):
            kernel.grad = matrix(4, 3, 3, 3).roll(step + n % 3)
        for optimiser in optimisers:
            optimiser.step()
    for one, other in zip(together, apart, strict=True):
        torch.testing.assert_close(one, other)


def test_no_gradient_is_no_step() -> None:
    assert not orthogonalised(torch.zeros(2, 3, 5)).any()


def test_kernels_take_orthogonal_steps_and_everything_else_adamw_s() -> None:
    first = nn.Conv2d(3, 4, 3)
    model, twin = (nn.Sequential(conv, nn.Conv2d(4, 2, 1)) for conv in (first, nn.Conv2d(3, 4, 3)))
    twin.load_state_dict(model.state_dict())
    kernel = first.weight.detach().clone()
    kinds: list[tuple[Literal["muon", "adamw"], nn.Module]] = [("muon", model), ("adamw", twin)]
    optimisers = [Optim(use=kind, lr=0.01, weight_decay=0.1).optimiser(one.parameters()) for kind, one in kinds]
    for one in (model, twin):
        one(matrix(2, 3, 6, 6)).square().sum().backward()
    gradient = twin.get_parameter("0.weight").grad
    assert gradient is not None
    for optimiser in optimisers:
        optimiser.step()
    for name, parameter in model.named_parameters():
        # AdamW's own step is fused here, which may round differently.
        assert torch.allclose(parameter, twin.get_parameter(name), rtol=1e-6, atol=1e-8) == (name != "0.weight")
    # The first momentum is 0.05 of the gradient; its direction is the gradient's.
    step = orthogonalised(gradient.flatten(1)[None]).reshape(kernel.shape) * 0.2 * 27**0.5
    torch.testing.assert_close(first.weight, kernel * (1 - 0.01 * 0.1) - 0.01 * step)
    torch.testing.assert_close(optimisers[0].state[first.weight]["momentum"], (1 - MOMENTUM) * gradient)


def test_a_step_is_as_large_as_one_of_adamw() -> None:
    kernel = nn.Parameter(torch.zeros(16, 8, 3, 3))
    kernel.grad = matrix(16, 8, 3, 3)
    Muon([kernel], lr=1.0).step()
    assert float(kernel.detach().square().mean().sqrt()) == pytest.approx(0.2, rel=0.3)


def test_a_closure_is_asked_for_the_loss() -> None:
    kernel = nn.Parameter(torch.ones(2, 2, 3, 3))
    optimiser = Muon([kernel], lr=0.1)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = kernel.square().sum()
        loss.backward()
        return loss

    assert optimiser.step(closure) == 36.0
    assert float(kernel.detach().sum()) < 36.0
