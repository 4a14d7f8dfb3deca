"""What a run must not lose: step, weights, optimiser, averaged weights. Everything else is a function of the step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from asciivae.errors import RunError
from asciivae.training.optim import Optim

_FIT_HINT = "resume with the recipe in the run's folder, or start a new run"


class TrainState:
    """The moving parts of a run.

    Args:
        model: what is trained.
        optim: its optimiser's settings.
        ema: decay of the exponential moving average of the weights; None keeps none.
        scaled: whether gradients are scaled against underflow (float16).
        result: the submodule that the run is for, if the rest of the model is only there to train it; `weights` are
            then its own.

    Attributes:
        step: optimiser steps taken.
        average: the model with averaged weights, once there are any.
        rate_scale: what the learning rate is multiplied by; less than 1 after a rollback.
    """

    def __init__(
        self, model: nn.Module, optim: Optim, *, ema: float | None = None, scaled: bool = False, result: str = ""
    ) -> None:
        self.model = model
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
        """The model to validate, show and use: the one with averaged weights where there is one, in evaluation mode."""
        model: nn.Module = self.model if self.average is None else self.average.module
        return model.eval()

    @property
    def averaged_weights(self) -> int:
        """How many weights the equal average of stochastic weight averaging is made of."""
        return int(self.average.n_averaged) if self.average is not None and self.decay is None else 0

    def update_average(self) -> None:
        """Move an exponential average towards the present weights; running statistics are copied to any average."""
        if self.average is None:
            return
        if self.decay is not None:
            self.average.update_parameters(self.model)
        self._copy_buffers(self.average)

    def add_to_average(self) -> None:
        """Take the present weights into the equal average of stochastic weight averaging."""
        if self.average is None:
            self.average = self._new_average()
        self.average.update_parameters(self.model)

    def _new_average(self) -> AveragedModel:
        average = AveragedModel(self.model, multi_avg_fn=self._move)
        # An exponential average begins at the initial weights; an equal one with the first that are added to it.
        average.n_averaged.fill_(0 if self.decay is None else 1)
        return average.requires_grad_(False)

    @torch.no_grad()
    def _move(self, averages: Sequence[Tensor], present: Sequence[Tensor], count: Tensor | int) -> None:
        if self.decay is None:
            fraction = 1 / (int(count) + 1)
        else:
            # A young average must not remember the initialisation.
            fraction = 1 - min(self.decay, (1 + self.step) / (10 + self.step))
        for average, value in zip(averages, present, strict=True):
            average.lerp_(value, fraction)

    @torch.no_grad()
    def _copy_buffers(self, average: AveragedModel) -> None:
        for own, buffer in zip(average.module.buffers(), self.model.buffers(), strict=True):
            own.copy_(buffer)

    @torch.no_grad()
    def init_from(self, weights: Mapping[str, Tensor]) -> None:
        """Take these weights in place of the initial ones; those that are not given stay."""
        self.model.load_state_dict({**self.model.state_dict(), **weights})
        self.average = self._new_average() if self.average is not None else None

    def weights(self) -> dict[str, Tensor]:
        """The weights to use the result with: averaged ones where there are any."""
        named = self._averaged_or_own().items()
        return {name.removeprefix(self._result): value for name, value in named if name.startswith(self._result)}

    def tensors(self) -> dict[str, Tensor]:
        """All that `restore` needs beside `weights` and `numbers`."""
        named = self._averaged_or_own().items()
        found = {f"beside/{name}": value for name, value in named if not name.startswith(self._result)}
        if self.average is not None:
            found.update({f"model/{name}": value for name, value in self.model.state_dict().items()})
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
        """Go back to a saved state.

        Raises:
            RunError: the tensors are not those of this model and optimiser.
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
            self.step, self.rate_scale = int(numbers["step"]), float(numbers["rate_scale"])
            if self.scaler.is_enabled():
                # A scaler remembers that it has unscaled a gradient, also where the step was then not taken.
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
                # In the parameter's own memory layout, where it has the parameter's shape.
                like = torch.empty_like(parameter) if saved.shape == parameter.shape else torch.empty_like(saved)
                values: dict[str, Any] = self.optimiser.state[parameter]
                values[key.removeprefix(prefix)] = like.copy_(saved)
