"""Packages that are sick, each in one way, and what is said of them when they are named."""

SOUND = """
from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    window: int = 7


class Blur:
    contract = 1
    Config = Config
    needs = frozenset()

    def __init__(self, config, facts):
        pass

    def __call__(self, inputs):
        return {"": inputs.logits.square().mean((1, 2, 3))}
"""

_BACKWARD = """
import torch


class Fails(torch.autograd.Function):
    calls = 0

    @staticmethod
    def forward(ctx, x):
        return x * 1.0

    @staticmethod
    def backward(ctx, grad):
        Fails.calls += 1
        if Fails.calls >= CALLS:
            FAULT
        return grad


class Blur(Blur):
    def __call__(self, inputs):
        return {"": Fails.apply(inputs.logits).square().flatten(1).mean(1)}
"""


def failing_backward(calls: int, fault: str) -> str:
    """What makes `SOUND` execute `fault` in its backward pass, from that number of calls on."""
    return _BACKWARD.replace("CALLS", str(calls)).replace("FAULT", fault)


CODE = {
    "import-error": "import a_module_that_is_not_there",
    "missing-attribute": "Other = 1",
    "wrong-contract": SOUND.replace("contract = 1", "contract = 99"),
    "slow": "import time\ntime.sleep(10)\n" + SOUND,
    "talkative": "import sys\nprint('hello from a plugin')\nprint('and to stderr', file=sys.stderr)\n" + SOUND,
    "leaving": "import sys\nsys.exit(7)",
}

MESSAGES = {
    "import-error": (
        "loss 'import-error' comes from sick-import-error 1.0, which fails to import: "
        "ModuleNotFoundError: No module named 'a_module_that_is_not_there' (sick_import_error.py:1)"
    ),
    "missing-attribute": (
        "loss 'missing-attribute' comes from sick-missing-attribute 1.0, "
        "whose module 'sick_missing_attribute' has no 'Blur'"
    ),
    "wrong-contract": (
        "loss 'wrong-contract' comes from sick-wrong-contract 1.0, "
        "which is written for contract 99; this asciivae has contracts 1 and 2"
    ),
    "leaving": "loss 'leaving' comes from sick-leaving 1.0, which fails to import: SystemExit: 7 (sick_leaving.py:2)",
    "twice": "loss 'twice' is ambiguous: it is in sick-first 1.0 and sick-second 1.0",
    "foreseen": (
        "loss 'foreseen' comes from sick-foreseen 1.0, "
        "which is written for contract 99; this asciivae has contracts 1 and 2"
    ),
}
