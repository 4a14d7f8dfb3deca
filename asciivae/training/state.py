"""The training state: step, weights, optimiser, averaged weights. Everything else is a function of the step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from asciivae.errors import RunError
from asciivae.files.json_reader import number, whole
from asciivae.training.optim import Optim

_FIT_HINT = "resume with the recipe in the run's folder, or start a new run"

_SCALER = {
    "scaler_scale": False,
    "scaler_growth_factor": False,
    "scaler_backoff_factor": False,
    "scaler_growth_interval": True,
    "scaler__growth_tracker": True,
}
"""The numbers of a gradient scaler, and whether they are integers."""


class TrainState:
    """The state of a training run.

    Args:
        model: the model to train.
        optim: settings of the optimiser.
        ema: decay of the exponential moving average of the weights; None for none.
        scaled: whether gradients are scaled against underflow (float16).
        result: name of the submodule to save in `weights`, if the rest of the model only serves to train it.
        of_losses: returns the tensors in which losses keep their state, by name.

    Attributes:
        step: optimiser steps taken.
        average: the model with averaged weights; None before averaging starts.
        rate_scale: factor of the learning rate; less than 1 after a rollback.
    """

    def __init__(
        self,
        model: nn.Module,
        optim: Optim,
        *,
        ema: float | None = None,
        scaled: bool = False,
        result: str = "",
        of_losses: Callable[[], Mapping[str, Tensor]] = dict,
    ) -> None:
        self.model = model
        self.of_losses = of_losses
        self._result = f"{result}." if result else ""
        self.optim = optim
        self.optimiser = optim.optimiser(model.parameters())
        self.decay = ema
        self.average = self._new_average() if ema else None
        self.scaler = self._new_scaler(scaled)
        self.step = 0
        self.rate_scale = 1.0

    def _new_scaler(self, scaled: bool) -> torch.amp.GradScaler:
        return torch.amp.GradScaler(next(self.model.parameters()).device.type, enabled=scaled)

    def evaluated(self) -> nn.Module:
        """The model to evaluate, in evaluation mode: with averaged weights if there are any."""
        model: nn.Module = self.model if self.average is None else self.average.module
        return model.eval()

    @property
    def averaged_weights(self) -> int:
        """The number of weights in the average of stochastic weight averaging."""
        return int(self.average.n_averaged) if self.average is not None and self.decay is None else 0

    def update_average(self) -> None:
        """Update an exponential average with the current weights; copy the buffers to either kind of average."""
        if self.average is None:
            return
        if self.decay is not None:
            self.average.update_parameters(self.model)
        self._copy_buffers(self.average)

    def add_to_average(self) -> None:
        """Add the current weights to the average of stochastic weight averaging."""
        if self.average is None:
            self.average = self._new_average()
        self.average.update_parameters(self.model)

    def _new_average(self) -> AveragedModel:
        average = AveragedModel(self.model, multi_avg_fn=self._move)
        # An exponential average starts at the initial weights, an equal one with the first weights added to it.
        average.n_averaged.fill_(0 if self.decay is None else 1)
        return average.requires_grad_(False)

    @torch.no_grad()
    def _move(self, averages: Sequence[Tensor], present: Sequence[Tensor], count: Tensor | int) -> None:
        if self.decay is None:
            fraction = 1 / (int(count) + 1)
        else:
            # A smaller decay at first, to forget the initial weights.
            fraction = 1 - min(self.decay, (1 + self.step) / (10 + self.step))
        for average, value in zip(averages, present, strict=True):
            average.lerp_(value, fraction)

    @torch.no_grad()
    def _copy_buffers(self, average: AveragedModel) -> None:
        for own, buffer in zip(average.module.buffers(), self.model.buffers(), strict=True):
            own.copy_(buffer)

    @torch.no_grad()
    def init_from(self, weights: Mapping[str, Tensor]) -> None:
        """Replace initial weights by these; the others keep their values."""
        self.model.load_state_dict({**self.model.state_dict(), **weights})
        self.average = self._new_average() if self.average is not None else None

    def weights(self) -> dict[str, Tensor]:
        """The weights of the result: averaged ones if there are any."""
        named = self._averaged_or_own().items()
        return {name.removeprefix(self._result): value for name, value in named if name.startswith(self._result)}

    def tensors(self) -> dict[str, Tensor]:
        """The tensors that `restore` needs in addition to `weights`."""
        named = self._averaged_or_own().items()
        found = {f"beside/{name}": value for name, value in named if not name.startswith(self._result)}
        if self.average is not None:
            found.update({f"model/{name}": value for name, value in self.model.state_dict().items()})
        found.update({f"loss/{name}": value for name, value in self.of_losses().items()})
        for name, parameter in self.model.named_parameters():
            for key, value in self.optimiser.state[parameter].items():
                found[f"optimiser/{name}/{key}"] = value
        return found

    def numbers(self) -> dict[str, float]:
        """The scalars that `restore` needs."""
        scaler = {f"scaler_{key}": value for key, value in self.scaler.state_dict().items()}
        averaged = {"averaged_weights": self.averaged_weights} if self.averaged_weights else {}
        return {"step": self.step, "rate_scale": self.rate_scale, **averaged, **scaler}

    @torch.no_grad()
    def restore(
        self, weights: Mapping[str, Tensor], tensors: Mapping[str, Tensor], numbers: Mapping[str, float]
    ) -> None:
        """Restore a saved state.

        Raises:
            RunError: the tensors do not fit this model and optimiser.
        """
        try:
            beside = {k.removeprefix("beside/"): v for k, v in tensors.items() if k.startswith("beside/")}
            self.model.load_state_dict({**{self._result + name: value for name, value in weights.items()}, **beside})
            averaged = int(numbers.get("averaged_weights", 0))
            self.average = self._new_average() if self.decay is not None or averaged else None
            if self.average is not None:
                self.average.n_averaged.fill_(averaged or 1)
                self.model.load_state_dict({k: tensors[f"model/{k}"] for k in self.model.state_dict()})
            self._restore_optimiser(tensors)
            stateful = self.of_losses() if any(name.startswith("loss/") for name in tensors) else {}
            for name, value in stateful.items():  # runs of earlier versions saved no state of losses
                if (saved := tensors[f"loss/{name}"]).shape != value.shape:
                    raise ValueError(f"loss/{name} is {tuple(saved.shape)}, not {tuple(value.shape)}")
                value.copy_(saved)
            self.step, self.rate_scale = int(numbers["step"]), float(numbers["rate_scale"])
            if self.scaler.is_enabled():
                # A new scaler, since the old one may have unscaled gradients of a step that was not taken.
                self.scaler = self._new_scaler(True)
                names = self.scaler.state_dict()
                self.scaler.load_state_dict({key: numbers[f"scaler_{key}"] for key in names})
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise RunError(f"the checkpoint does not fit this recipe ({reason})", hint=_FIT_HINT) from error

    def _averaged_or_own(self) -> Mapping[str, Tensor]:
        found: Mapping[str, Tensor] = (self.model if self.average is None else self.average.module).state_dict()
        return found

    def _restore_optimiser(self, tensors: Mapping[str, Tensor]) -> None:
        self.optimiser.state.clear()
        for name, parameter in self.model.named_parameters():
            prefix = f"optimiser/{name}/"
            for key in [key for key in tensors if key.startswith(prefix)]:
                saved = tensors[key]
                # In the parameter's memory layout, if the shapes agree.
                like = torch.empty_like(parameter) if saved.shape == parameter.shape else torch.empty_like(saved)
                values: dict[str, Any] = self.optimiser.state[parameter]
                values[key.removeprefix(prefix)] = like.copy_(saved)


def checked_numbers(document: object, state_format: int) -> dict[str, float]:
    """The scalars of a saved state, which may come from elsewhere.

    Raises:
        ValueError: they are of another format, or one is missing, of another type or out of its range.
    """
    if not isinstance(document, dict):
        raise ValueError("it is not a JSON object")
    if type(document.get("format")) is not int or document["format"] != state_format:
        raise ValueError(f"format {document.get('format')!r}, this version reads {state_format}")
    numbers: dict[str, float] = {
        "step": whole(document.get("step"), "step"),
        "rate_scale": number(document.get("rate_scale"), "rate_scale", 0, 1),
    }
    if "averaged_weights" in document:
        numbers["averaged_weights"] = whole(document["averaged_weights"], "averaged_weights")
    for name, integer in _SCALER.items():
        if name in document:
            value = document[name]
            numbers[name] = whole(value, name) if integer else number(value, name, 0)
    return numbers
