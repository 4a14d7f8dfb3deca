import pytest
import torch
from tensor_checks import one_hot_of, random_pages, random_tensor
from torch import Tensor, nn

from asciivae.models.onehot import OneHotConv2d

KERNELS = [(2, 2, 0), (4, 1, 1), (4, 1, 2), (5, 1, 0), (5, 1, 2), (5, 2, 2), (4, 2, 1), (2, 1, 2)]
INK = {"blank": 0.0, "sparse": 0.1, "full": 1.0}


def pair(kernel: int, stride: int, padding: int, channels: int = 3) -> tuple[OneHotConv2d, nn.Conv2d]:
    """Our convolution, and PyTorch's with the same weights."""
    ours = OneHotConv2d(channels, kernel, stride=stride, padding=padding).double()
    theirs = nn.Conv2d(95, channels, kernel, stride=stride, padding=padding).double()
    theirs.load_state_dict(ours.state_dict())
    return ours, theirs


def gradients(layer: nn.Conv2d) -> tuple[Tensor, Tensor]:
    assert layer.bias is not None
    assert layer.weight.grad is not None
    assert layer.bias.grad is not None
    return layer.weight.grad, layer.bias.grad


@pytest.mark.parametrize("ink", INK.values(), ids=INK.keys())
@pytest.mark.parametrize(("kernel", "stride", "padding"), KERNELS)
def test_it_is_the_convolution_of_the_one_hot_page(kernel: int, stride: int, padding: int, ink: float) -> None:
    ours, theirs = pair(kernel, stride, padding)
    ids = random_pages(2, 8, 11, ink=ink)
    page, expected = ours(ids), theirs(one_hot_of(ids))
    torch.testing.assert_close(page, expected, rtol=1e-12, atol=1e-12)
    upstream = random_tensor(*expected.shape)
    page.backward(upstream)
    expected.backward(upstream)
    for gradient, expected_gradient in zip(gradients(ours), gradients(theirs), strict=True):
        torch.testing.assert_close(gradient, expected_gradient, rtol=1e-12, atol=1e-12)


def test_pieces_do_not_mix() -> None:
    layer, _ = pair(5, 2, 2)
    ids = random_pages(3, 9, 9)
    alone = torch.cat([layer(piece[None]) for piece in ids])
    torch.testing.assert_close(layer(ids), alone, rtol=1e-12, atol=1e-12)


def test_a_page_no_larger_than_the_kernel() -> None:
    ours, theirs = pair(5, 1, 0)
    ids = random_pages(1, 5, 5, ink=1.0)
    assert ours(ids).shape == (1, 3, 1, 1)
    torch.testing.assert_close(ours(ids), theirs(one_hot_of(ids)), rtol=1e-12, atol=1e-12)


def test_gradient_of_the_weights() -> None:
    layer, _ = pair(2, 1, 1, channels=1)
    ids = random_pages(1, 2, 3, ink=0.5)
    bias = layer.bias
    assert bias is not None

    def convolve(weight: Tensor, offset: Tensor) -> Tensor:
        page: Tensor = torch.func.functional_call(layer, {"weight": weight, "bias": offset}, (ids,))
        return page

    assert torch.autograd.gradcheck(convolve, (layer.weight, bias))


def test_the_result_is_laid_out_channels_last() -> None:
    layer, _ = pair(5, 1, 2, channels=4)
    assert layer(random_pages(2, 8, 8)).is_contiguous(memory_format=torch.channels_last)


def test_weights_laid_out_channels_last_give_the_same() -> None:
    layer, _ = pair(4, 1, 1)
    ids = random_pages(2, 8, 8)
    before = layer(ids).detach()
    layer.weight.data = layer.weight.data.contiguous(memory_format=torch.channels_last)
    assert torch.equal(layer(ids).detach(), before)


def test_under_autocast_it_stays_in_float32() -> None:
    layer = OneHotConv2d(4, 5, padding=2)
    ids = random_pages(2, 8, 8)
    plain = layer(ids).detach()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        page = layer(ids)
        loss = nn.functional.conv2d(page, torch.ones(1, 4, 3, 3)).square().mean()
    loss.backward()
    assert page.dtype == torch.float32
    assert torch.equal(page.detach(), plain)
    for gradient in gradients(layer):
        assert gradient.dtype == torch.float32
        assert bool(gradient.isfinite().all())
        assert bool(gradient.any())


def test_parameters_are_those_of_a_convolution() -> None:
    ours, theirs = pair(5, 2, 2)
    assert [(name, p.shape) for name, p in ours.named_parameters()] == [
        (name, p.shape) for name, p in theirs.named_parameters()
    ]


def test_error_for_a_class_outside_the_charset() -> None:
    ids = random_pages(1, 6, 6)
    ids[0, 3, 3] = 95
    with pytest.raises(IndexError, match="out of"):
        OneHotConv2d(2, 2)(ids)
