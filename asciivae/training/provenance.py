"""Provenance of a run: versions and hardware, to tell whether two runs are comparable."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import torch

from asciivae import __version__

PACKAGES = ("numpy", "safetensors", "torch")


def provenance(device: torch.device, **facts: Any) -> dict[str, Any]:
    """Describe this process.

    Args:
        device: the device that it trains on.
        facts: further entries, JSON values.
    """
    return {
        "asciivae": __version__,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "platform": platform.platform(),
        "processor": torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "device": str(device),
        "command": sys.argv[1:],
        **facts,
    }
