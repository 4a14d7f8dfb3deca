"""asciivae trains variational autoencoders on ASCII art, where the rendered picture counts.

    import asciivae

    model = asciivae.load("bundled")
    print(model.reconstruct("cat.txt"))

Names are imported when they are first used: importing the package is quick and does not import torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0.dev0"

_WHERE = {
    "AsciivaeError": "errors",
    "Loss": "contract",
    "LossInputs": "contract",
    "Observer": "training.observer",
    "Posterior": "contract",
    "Run": "experiment.runs",
    "Step": "training.loop",
    "TrainedModel": "experiment.trained",
    "TrainedPageModel": "experiment.trained_page",
    "VAE": "models.base",
    "draw": "experiment.api",
    "evaluate": "experiment.api",
    "load": "experiment.api",
    "load_recipe": "experiment.api",
    "open_corpus": "corpus.source",
    "read": "text.art",
    "renderer": "experiment.api",
    "resume": "experiment.api",
    "to_text": "text.art",
    "train": "experiment.api",
}
"""Where each public name is defined. The names and their signatures are listed in docs/api.md."""

__all__ = ["__version__", *sorted(_WHERE)]

if TYPE_CHECKING:
    from asciivae.contract import Loss as Loss
    from asciivae.contract import LossInputs as LossInputs
    from asciivae.contract import Posterior as Posterior
    from asciivae.corpus.source import open_corpus as open_corpus
    from asciivae.errors import AsciivaeError as AsciivaeError
    from asciivae.experiment.api import (
        draw as draw,
    )
    from asciivae.experiment.api import (
        evaluate as evaluate,
    )
    from asciivae.experiment.api import (
        load as load,
    )
    from asciivae.experiment.api import (
        load_recipe as load_recipe,
    )
    from asciivae.experiment.api import (
        renderer as renderer,
    )
    from asciivae.experiment.api import (
        resume as resume,
    )
    from asciivae.experiment.api import (
        train as train,
    )
    from asciivae.experiment.runs import Run as Run
    from asciivae.experiment.trained import TrainedModel as TrainedModel
    from asciivae.experiment.trained_page import TrainedPageModel as TrainedPageModel
    from asciivae.models.base import VAE as VAE
    from asciivae.text.art import read as read
    from asciivae.text.art import to_text as to_text
    from asciivae.training.loop import Step as Step
    from asciivae.training.observer import Observer as Observer


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_WHERE])
