"""Train with a loss of your own, stop in the middle, look, and go on.

python examples/own_loss.py [STEPS] [FOLDER]
"""

import sys
from collections.abc import Mapping

from torch import Tensor

import asciivae


class TooMuchInk:
    """Ink that is drawn where the original has none: expected inked cells per piece."""

    needs: frozenset[str] = frozenset()

    def __call__(self, inputs: asciivae.LossInputs) -> Mapping[str, Tensor]:
        ink = 1.0 - inputs.probs[:, 0]  # class 0 is the space
        return {"": (ink * (inputs.target == 0) * inputs.mask).flatten(1).sum(1)}


steps = int(sys.argv[1]) if len(sys.argv) > 1 else 100
run = asciivae.train(
    "quickstart",
    set={"train.steps": steps, "every.evaluate": steps},
    losses={"too_much_ink": (TooMuchInk(), 0.1)},
    out=sys.argv[2] if len(sys.argv) > 2 else None,
)
for step in run:
    if step.number == steps // 2:
        break  # a checkpoint is saved
print(f"after {run.state.step} steps: {step.terms}")

*_, last = asciivae.resume(run.path, losses={"too_much_ink": (TooMuchInk(), 0.1)})
print(f"after {last.number} steps: {last.terms}; the run is in {run.path}")
