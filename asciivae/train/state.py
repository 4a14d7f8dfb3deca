"""What a run must not lose: step, weights, optimiser, averaged weights. Everything else is a function of the step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from asciivae.errors import RunError
from asciivae.train.optim import OptimiserSettings


class TrainState:
    """The moving parts of a run.

    Args:
        model: what is trained.
        optimiser: its settings.
        ema: decay of the exponential moving average of the weights; None keeps none.
        scaled: whether gradients are scaled against underflow (float16).
        result: the submodule that the run is for, if the rest of the model is only there to train it; `weights` are
            then its own.

    Attributes:
        step: optimiser steps taken.
        average: the averaged weights, by name, once there are any.
        averaged_weights: how many weights the equal average of stochastic weight averaging is made of.
        rate_scale: what the learning rate is multiplied by; less than 1 after a rollback.
    """

    def __init__(
        self,
        model: nn.Module,
        optimiser: OptimiserSettings,
        *,
        ema: float | None = None,
        scaled: bool = False,
        result: str = "",
    ) -> None:
        self.model = model
        self._result = f"{result}." if result else ""
        self.settings = optimiser
        self.optimiser = optimiser.create(model.parameters())
        self.decay = ema
        self.average = self._copied() if ema else None
        self.averaged_weights = 0
        self._trained = {name for name, _ in model.named_parameters()}
        self.scaler = torch.amp.GradScaler(next(model.parameters()).device.type, enabled=scaled)
        self.step = 0
        self.rate_scale = 1.0

    @torch.no_grad()
    def update_average(self) -> None:
        """Move an exponential average towards the present weights; running statistics are copied to any average."""
        if self.decay is not None:
            # A young average must not remember the initialisation.
            self._move_average(1 - min(self.decay, (1 + self.step) / (10 + self.step)))
        self.average_buffers()

    @torch.no_grad()
    def add_to_average(self) -> None:
        """Take the present weights into the equal average of stochastic weight averaging."""
        if self.average is None:
            self.average = self._copied()
        self.averaged_weights += 1
        self._move_average(1 / self.averaged_weights)

    @torch.no_grad()
    def average_buffers(self) -> None:
        """Copy what is not trained, such as running statistics, to the averaged weights, if there are any."""
        if self.average is not None:
            for name, value in self.model.state_dict().items():
                if name not in self._trained:
                    self.average[name].copy_(value)

    def _move_average(self, share: float) -> None:
        assert self.average is not None
        for name, parameter in self.model.named_parameters():
            self.average[name].lerp_(parameter, share)

    @torch.no_grad()
    def begin_with(self, weights: Mapping[str, Tensor]) -> None:
        """Take these weights in place of the initial ones; those that are not given stay."""
        self.model.load_state_dict({**self.model.state_dict(), **weights})
        self.average = self._copied() if self.average is not None else None

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Within the block the model has its averaged weights, if it keeps any."""
        if self.average is None:
            yield
            return
        own = self._copied()
        self.model.load_state_dict(self.average)
        try:
            yield
        finally:
            self.model.load_state_dict(own)

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
            self.averaged_weights = int(numbers.get("averaged_weights", 0))
            self.average = self._copied() if self.decay is not None or self.averaged_weights else None
            if self.average is not None:
                self.model.load_state_dict({k: tensors[f"model/{k}"] for k in self.average})
            self._restore_optimiser(tensors)
            self.step, self.rate_scale = int(numbers["step"]), float(numbers["rate_scale"])
            if self.scaler.is_enabled():
                names = self.scaler.state_dict()
                self.scaler.load_state_dict({key: numbers[f"scaler_{key}"] for key in names})
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise RunError(f"the checkpoint does not fit this recipe ({reason})", hint=_FIT_HINT) from error

    def _averaged_or_own(self) -> Mapping[str, Tensor]:
        own: Mapping[str, Tensor] = self.model.state_dict()
        return own if self.average is None else self.average

    def _copied(self) -> dict[str, Tensor]:
        return {name: value.detach().clone() for name, value in self.model.state_dict().items()}

    def _restore_optimiser(self, tensors: Mapping[str, Tensor]) -> None:
        self.optimiser.state.clear()
        for name, parameter in self.model.named_parameters():
            prefix = f"optimiser/{name}/"
            for key in [key for key in tensors if key.startswith(prefix)]:
                saved = tensors[key]
                # In the parameter's own memory layout, where it has the parameter's shape.
                like = torch.empty_like(parameter) if saved.shape == parameter.shape else torch.empty_like(saved)
                self.optimiser.state[parameter][key.removeprefix(prefix)] = like.copy_(saved)


_FIT_HINT = "resume with the recipe in the run's folder, or start a new run"
