from collections.abc import Callable

import pytest
import torch
from asciivae_chamfer import Chamfer, ChamferConfig, contours
from torch import Tensor

from asciivae.contract import Facts, LossInputs, Posterior
from asciivae.testing import loss_checks

HEIGHT, WIDTH = 10, 5
FACTS = Facts(glyphs=torch.zeros(95, HEIGHT, WIDTH), character_counts=torch.ones(95, dtype=torch.int64))


@loss_checks(Chamfer, [ChamferConfig(), ChamferConfig(threshold=0.2, reach=0.5)])
def test_contract(check: Callable[[], None]) -> None:
    check()


def measured(original: Tensor, drawn: Tensor, config: ChamferConfig | None = None) -> tuple[float, float]:
    """`extra` and `missing` of pictures (height, width)."""
    rows, columns = original.shape[0] // HEIGHT, original.shape[1] // WIDTH
    logits = torch.zeros(1, 95, rows, columns)
    terms = Chamfer(config or ChamferConfig(reach=100.0), FACTS)(
        LossInputs(
            logits=logits,
            probs=logits.softmax(1),
            target=torch.zeros(1, rows, columns, dtype=torch.int64),
            mask=torch.ones(1, rows, columns, dtype=torch.bool),
            posterior=Posterior(logits[:, 0, 0], logits[:, 0, 0]),
            target_image=original[None, None],
            recon_image=drawn[None, None],
        )
    )
    return float(terms["extra"]), float(terms["missing"])


def line(column: int) -> Tensor:
    """A page of 6 × 12 cells with an upright line, one pixel wide, across its whole height."""
    page = torch.ones(60, 60)
    page[:, column] = 0.0
    return page


def test_a_line_beside_its_place_costs_the_way_there_and_back() -> None:
    # Contours of a line are its two sides, 60 pixels each, and its two ends; 1 is added to the length.
    share = 120 / 123
    for away in (5, 10, 20):
        extra, missing = measured(line(20), line(20 + away))
        nearest = (away + away - 1) / 2  # one side of the line is nearer by its width
        assert extra == pytest.approx(share * nearest / HEIGHT, rel=0.05)
        assert missing == pytest.approx(share * nearest / HEIGHT, rel=0.05)


def test_the_farther_the_dearer_up_to_the_reach() -> None:
    config = ChamferConfig(reach=1.0)
    near, far, farther = (measured(line(5), line(column), config)[0] for column in (9, 30, 50))
    assert near < far
    assert far == pytest.approx(farther)


def test_what_is_too_much_and_what_is_missing_are_told_apart() -> None:
    both = torch.minimum(line(20), line(40))
    extra, missing = measured(line(20), both)
    assert extra > 0.5
    assert missing == 0.0
    extra, missing = measured(both, line(20))
    assert extra == 0.0
    assert missing > 0.5


def test_a_page_without_contours_is_as_far_as_can_be() -> None:
    extra, missing = measured(line(20), torch.ones(60, 60), ChamferConfig(reach=2.0))
    assert extra == 0.0
    assert missing == pytest.approx(2.0, rel=0.02)


def test_contours_are_where_grey_changes() -> None:
    page = torch.ones(1, 1, 4, 4)
    page[..., 1, 1] = 0.25
    strength = contours(page)[0]
    assert strength.shape == (5, 5)
    assert strength.nonzero().tolist() == [[1, 2], [2, 1], [2, 2]]
    assert strength.max() == 0.75


@pytest.mark.parametrize("options", [{"threshold": 0.0}, {"threshold": 1.0}, {"reach": 0.0}])
def test_invalid_options_are_rejected(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        ChamferConfig(**options)
