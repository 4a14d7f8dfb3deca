"""The commits of the research log: the flags of their trainer, and the settings fixed in their code.

Source: github.com/theAdamColton/ascii-autoencoder, branch image-based-vae, July to December 2022.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Flag:
    """A flag of the log's trainer.

    Attributes:
        names: its spellings, the long one first.
        type: type of its value; bool for a switch.
        default: its value if the command does not give one.
        ignored: why it has no effect on a recipe, as the end of a sentence; empty if it has.
    """

    names: tuple[str, ...]
    type: type
    default: Any = None
    ignored: str = ""

    @property
    def key(self) -> str:
        """Its key in the parsed arguments, as argparse derives it."""
        return self.names[0].lstrip("-").replace("-", "_")


CE, IMAGE, KL = (
    Flag(("--ce-recon-loss-scale",), float, 0.1),
    Flag(("--image-recon-loss-coeff",), float, 1.0),
    Flag(("--kl-coeff",), float, 1.0),
)
RATE, BATCH, EPOCHS = (
    Flag(("--learning-rate",), float, 5e-5),
    Flag(("--batch_size", "-b"), int, 64),
    Flag(("--n_epochs", "-n"), int, 200),
)
VALIDATION = Flag(("--validation-prop",), float)
PRINT = Flag(("--print-every", "-p"), int, 10)
CHAR_POWER = Flag(("--char-weights-scaling",), float, 0.1)
CHAR_WEIGHT = Flag(("--should-char-weight",), bool, False)
SPACE = Flag(("--space-deemph",), float, 1.0)
DISCRETE = Flag(("--should-discrete-renderer",), bool, False)
NEURAL = Flag(("--neural-renderer-path",), str)
RENDERER = Flag(("--renderer-type",), str, "none")
FONT_RES, FONT_ZOOM = Flag(("--font-res",), int, 16), Flag(("--font-zoom",), int, 20)
VALIDATE = Flag(("--validation-every",), int, 8)
TAU, TAU_RATE = Flag(("--gumbel-tau",), float, 0.9), Flag(("--gumbel-tau-r",), float, 7e-5)
SMOOTHING = Flag(("--ce-label-smoothing",), float, 0.0)  # spelled as in the author's next project
LOAD = Flag(("--load", "-l"), str, None, "use `asciivae train --init-from` with a run of yours")
RUN_NAME, LOG_NAME = (Flag((name,), str, None, "use `asciivae train --out`") for name in ("--run-name", "--log-name"))
WORKERS = Flag(("--n-workers",), int, 0, "batches are made where they are used")
DATA_PATH = Flag(("--datapath",), str, None, "use `--set data.corpus=PATH`")
TO_GPU = Flag(("--dataset-to-gpu",), bool, False, "pages are small and made where they are used")

_ALWAYS = (CE, IMAGE, KL, RATE, BATCH, EPOCHS, VALIDATION, PRINT, CHAR_POWER, RUN_NAME, WORKERS, LOAD)
_EARLY = (*_ALWAYS, DISCRETE, NEURAL, CHAR_WEIGHT, DATA_PATH, TO_GPU)
_TYPED = (*_ALWAYS, RENDERER, CHAR_WEIGHT, SPACE, DATA_PATH, TO_GPU)
_SIZED = (*_ALWAYS, FONT_RES, FONT_ZOOM, VALIDATE, CHAR_WEIGHT, SPACE, DATA_PATH, TO_GPU)
_SOFT, _HARD = (*_SIZED, TAU), (*_SIZED, TAU_RATE, LOG_NAME)


@dataclass(frozen=True)
class Commit:
    """The settings fixed in the code of a commit.

    Attributes:
        name: seven digits of its hash.
        flags: the flags of its trainer.
        variant: variant of the architecture.
        init_std: the standard deviation of the normal distribution of all initial parameters.
        image: the image loss and its options.
        relax: what is rendered: `softmax`, `logits`, `soft` or `hard` Gumbel samples.
        character: the character loss and its options.
        precision: precision of the forward pass.
        roll: the maximum shift and its standard deviation, in cells; None for no augmentation.
        swa: the learning rate of stochastic weight averaging; None for the optimiser's.
        clip: the maximum norm of the gradient; None for no clipping.
        validate: epochs between validations, if there is no flag for it.
        log: steps between metrics records.
        image_factor: a factor of the image loss in addition to its coefficient.
        divided: whether every term is divided by the batch size.
        weighted: whether character weights are on by default.
    """

    name: str
    flags: tuple[Flag, ...]
    variant: str
    init_std: float
    image: Mapping[str, Any] = field(default_factory=lambda: {"use": "mse", "reduction": "mean"})
    relax: str = "soft"
    character: Mapping[str, Any] = field(default_factory=lambda: {"use": "ce"})
    precision: str = "fp16"
    roll: tuple[int, float] | None = (15, 5.0)
    swa: float | None = None
    clip: float | None = None
    validate: int = 5
    log: int = 10
    image_factor: float = 1.0
    divided: bool = False
    weighted: bool = False


_L1 = {"use": "l1", "reduction": "mean"}
_SIMILARITY = {"use": "ssim", "pad": "zero", "form": "similarity"}
_BATCH_SUM = {"use": "mse", "reduction": "batch-sum"}
_EDGE = {"use": "edge", "filter": "log", "size": 15, "sigma": 0.2, "pad": "zero"}
_ON_SAMPLE = {"use": "ce", "input": "sample"}

COMMITS = {
    commit.name: commit
    for commit in (
        Commit(
            "3bdd7ea",
            (*_ALWAYS, DISCRETE, NEURAL),
            "A",
            0.15,
            relax="softmax",
            character={"use": "ce", "input": "softmax"},
            precision="fp32",
            roll=None,
            validate=1,
            log=50,
            image_factor=10.0,
            weighted=True,
        ),
        Commit("333d74a", _EARLY, "B", 0.15, _SIMILARITY, "logits", roll=None),
        Commit("ac2da5c", _EARLY, "B", 0.15, _L1, "logits", roll=(20, 7.0)),
        Commit("99126b3", _EARLY, "B", 0.15, _L1, "softmax", roll=(20, 7.0)),
        Commit("cb2c7dd", _TYPED, "C", 0.15, _L1, "softmax", roll=(20, 7.0)),
        Commit("e49ec1d", (*_TYPED, TAU), "C", 0.15, _L1, divided=True),
        Commit("469523a", _SOFT, "C'", 0.15, _BATCH_SUM),
        Commit("9b3168b", _SOFT, "C'", 0.01, _BATCH_SUM),
        Commit("20717f2", _SOFT, "D", 0.1, precision="fp32"),
        Commit("66ea1d6", _SOFT, "D", 0.1, _EDGE, precision="fp32", swa=0.05),
        Commit("2e13fa9", _HARD, "E", 0.1, relax="hard", character=_ON_SAMPLE, roll=(5, 5.0), swa=0.01),
        Commit("5021e2a", _HARD, "E", 0.1, relax="hard", character=_ON_SAMPLE, roll=(5, 5.0), swa=0.01, clip=0.5),
        Commit("f27fb91", _HARD, "E", 0.1, relax="hard", character={"use": "nll"}, roll=(5, 5.0), swa=0.005, clip=0.5),
        Commit(
            "928930d",
            (*_HARD, SMOOTHING),
            "F",
            0.1,
            relax="hard",
            character=_ON_SAMPLE,
            roll=(5, 5.0),
            swa=0.05,
            clip=0.5,
        ),
    )
}
"""By name, in chronological order."""

RUNS = {
    "models/discrete_render": "3bdd7ea",
    "models/16precision_image_losstest": "ac2da5c",
    "stage0_gumbel": "e49ec1d",
    "models/gumbel_image_overfit": "9b3168b",
    "models/image_512": "20717f2",
    "models/nov2022-hlr": "5021e2a",
    "models/nov2022-nlll": "f27fb91",
}
"""The commit of each run of the log, by its `--run-name`."""
