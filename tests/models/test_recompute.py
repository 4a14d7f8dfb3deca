import pytest
import torch
from tensor_checks import random_tensor
from torch import Tensor, nn

from asciivae.models import recompute


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.ReLU(),
        nn.BatchNorm2d(4),
        nn.Upsample(scale_factor=2.0, mode="bilinear", align_corners=False),
        nn.Conv2d(4, 5, 3),
        nn.BatchNorm2d(5),
        nn.Conv2d(5, 2, 3),
    )


def passed(layers: nn.Sequential, recomputed: bool) -> tuple[Tensor, list[Tensor], dict[str, Tensor]]:
    """The output, the gradients and the running statistics after it."""
    x = random_tensor(2, 3, 6, 5).float().requires_grad_()
    output = recompute.run(layers, x) if recomputed else layers(x)
    output.square().sum().backward()
    gradients = [tensor.grad for tensor in (x, *layers.parameters()) if tensor.grad is not None]
    assert len(gradients) == 1 + len(list(layers.parameters()))
    return output.detach(), gradients, dict(layers.named_buffers())


@pytest.mark.parametrize("training", [True, False])
def test_output_gradients_and_statistics_are_bitwise_those_of_the_layers(training: bool) -> None:
    ours = passed(network().train(training), recomputed=True)
    theirs = passed(network().train(training), recomputed=False)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


def test_inputs_of_convolutions_are_computed_again_instead_of_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    found, again = list[torch.Size](), recompute._again
    monkeypatch.setattr(recompute, "_again", lambda *args: (found.append((x := again(*args)).shape), x)[1])
    passed(network(), recomputed=True)
    # Those of the third and of the second convolution.
    assert found == [(2, 5, 10, 8), (2, 4, 12, 10)]


def test_second_derivatives_are_those_of_the_layers() -> None:
    found = []
    for recomputed in (True, False):
        layers = network()
        x = random_tensor(2, 3, 6, 5).float().requires_grad_()
        output = recompute.run(layers, x) if recomputed else layers(x)
        (gradient,) = torch.autograd.grad(output.square().sum(), x, create_graph=True)
        found.append(torch.autograd.grad(gradient.square().sum(), [x, *layers.parameters()], allow_unused=True))
    torch.testing.assert_close(*found, rtol=0, atol=0)
