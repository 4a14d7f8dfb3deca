"""The operations for GPUs equal PyTorch's own, and so do their gradients."""

import pytest
import torch
from torch.nn import functional

from asciivae.pages.kernels import Filter, Lookup, convolve, lookup


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.int64])
def test_the_rows_of_a_table_and_their_gradient(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    table = torch.randn(7, 3, dtype=torch.float64, requires_grad=True)
    ids, grad = torch.randint(7, (5, 4)).to(dtype), torch.randn(5, 4, 3, dtype=torch.float64)
    own, expected = Lookup.apply(table, ids), functional.embedding(ids.long(), table)

    assert torch.equal(own, expected)
    assert torch.equal(lookup(table, ids), expected)
    torch.testing.assert_close(torch.autograd.grad(own, table, grad)[0], torch.autograd.grad(expected, table, grad)[0])


def test_many_rows() -> None:
    """More than one block of a sum, and a rest."""
    torch.manual_seed(0)
    table = torch.randn(3, 2, dtype=torch.float64, requires_grad=True)
    ids, grad = torch.randint(3, (9001,)), torch.randn(9001, 2, dtype=torch.float64)

    (own,), (expected,) = (
        torch.autograd.grad(found, table, grad)
        for found in (Lookup.apply(table, ids), functional.embedding(ids, table))
    )
    torch.testing.assert_close(own, expected)


@pytest.mark.parametrize("span", [1, 2, 4])
@pytest.mark.parametrize("shape", [(2, 5, 7, 4), (1, 1, 1, 4), (2, 50, 50, 4)])
def test_a_filter_and_its_gradients(span: int, shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    kernel = torch.randn(6, 4, 3, 3, dtype=torch.float64, requires_grad=True)
    own, expected = Filter.apply(x, kernel, span), convolve(x, kernel, span)
    grad = torch.randn(expected.shape, dtype=torch.float64)

    torch.testing.assert_close(own, expected)
    for one, other in zip(
        torch.autograd.grad(own, (x, kernel), grad), torch.autograd.grad(expected, (x, kernel), grad), strict=True
    ):
        torch.testing.assert_close(one, other)


def test_where_there_is_a_gpu_it_computes_the_same(device: torch.device) -> None:
    torch.manual_seed(0)
    x, kernel, table = torch.randn(2, 6, 7, 8), torch.randn(8, 8, 3, 3), torch.randn(5, 8)
    ids = torch.randint(5, (2, 6, 7), dtype=torch.uint8)
    made = []
    for place in (torch.device("cpu"), device):
        inputs = [t.to(place).requires_grad_() for t in (x, kernel, table)]
        y = convolve(inputs[0] + lookup(inputs[2], ids.to(place)), inputs[1], 2)
        made.append([t.cpu() for t in (y, *torch.autograd.grad(y.square().sum(), inputs))])
    for one, other in zip(*made, strict=True):
        torch.testing.assert_close(one, other, rtol=0.03, atol=0.03 * float(other.detach().abs().max()))
