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
    from asciivae.contract import Loss, LossInputs, Posterior
    from asciivae.corpus.source import open_corpus
    from asciivae.errors import AsciivaeError
    from asciivae.experiment.api import draw, evaluate, load, load_recipe, renderer, resume, train
    from asciivae.experiment.runs import Run
    from asciivae.experiment.trained import TrainedModel
    from asciivae.experiment.trained_page import TrainedPageModel
    from asciivae.models.base import VAE
    from asciivae.text.art import read, to_text
    from asciivae.training.loop import Step
    from asciivae.training.observer import Observer


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_WHERE])
