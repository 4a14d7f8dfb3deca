"""How a tracer in training draws pieces that it does not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from asciivae.tracer.measure import measure, traced_again

if TYPE_CHECKING:
    from asciivae.models.tracer import Tracer
    from asciivae.text.art import Grid
    from asciivae.training.state import TrainState


@dataclass(frozen=True)
class TracerValidation:
    """Draws pieces again from their own lines, without the local search.

    Attributes:
        grids: the pieces, wordless and cropped to their ink.
    """

    grids: Sequence[Grid]

    def __call__(self, state: TrainState) -> dict[str, float]:
        """Measure the state's tracer, with its averaged weights where there are any; see `TracerScores`."""
        scores = asdict(measure(tracer_of(state), self.grids, searched=False))
        del scores["pieces"]
        return {name: float(value) for name, value in scores.items()}

    def pairs(self, state: TrainState, grids: Sequence[Grid]) -> list[tuple[Grid, Grid]]:
        """Pieces beside what the state's tracer makes of them."""
        tracer = tracer_of(state)
        return [(grid, traced_again(tracer, grid, searched=False)) for grid in grids]


def tracer_of(state: TrainState) -> Tracer:
    """The tracer of a state, in evaluation mode."""
    tracer: Tracer = state.evaluated()  # type: ignore[assignment]
    return tracer
