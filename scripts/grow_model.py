"""Give the decoder of a trained `spatial` model more residual blocks, so that training can go on with a larger network.

    python scripts/grow_model.py MODEL OUT.safetensors --blocks 4

MODEL is a run, a weights file or `bundled`. The new blocks, at 1/8 of the resolution, start as the identity, so that
the larger network computes what the smaller one did (Chen et al. 2016, Net2Net).
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import torch
import yaml

from asciivae.experiment.load import load_model
from asciivae.models.spatial import ResidualBlock, SpatialVAE
from asciivae.recipe.export import dump_yaml


def grown(model: SpatialVAE, blocks: int) -> SpatialVAE:
    """A model with `blocks` residual blocks at 1/8 in the decoder that computes the same.

    Raises:
        SystemExit: the model has as many or more.
    """
    present = len(list(takewhile(lambda layer: isinstance(layer, ResidualBlock), model.decoder)))
    if blocks <= present:
        raise SystemExit(f"grow_model.py: the decoder has {present} of these blocks already; give a larger --blocks")
    larger = SpatialVAE(replace(model.config, decoder_coarse_blocks=blocks)).eval()
    state = larger.state_dict()
    for name, value in model.state_dict().items():
        module, _, rest = name.partition(".")
        if module == "decoder":
            index, _, rest = rest.partition(".")
            name = f"decoder.{int(index) + (blocks - present) * (int(index) >= present)}.{rest}"
        state[name] = value
    larger.load_state_dict(state)
    return larger


def main() -> None:
    """Read a model, and write the larger one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--blocks", type=int, required=True)
    given = parser.parse_args()
    trained = load_model(given.model, torch.device("cpu"))
    if not isinstance(trained.model, SpatialVAE):
        raise SystemExit(f"grow_model.py: {given.model} is not a `spatial` model")
    recipe = yaml.safe_load(trained.text)
    recipe["model"]["decoder_coarse_blocks"] = given.blocks
    replace(trained, model=grown(trained.model, given.blocks), text=dump_yaml(recipe)).save(given.out)
    print(given.out)


if __name__ == "__main__":
    main()
