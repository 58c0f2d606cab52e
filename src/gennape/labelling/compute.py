"""Devices that networks are trained on, and their precision."""

import platform
from dataclasses import dataclass

import torch
from torch import nn

from gennape.labelling.dataset import LabellingError


@dataclass(frozen=True)
class Compute:
    """Device and how it computes.

    Attributes:
        device: As PyTorch names it.
        bfloat16: Whether layers compute in bfloat16 where that is safe (autocast).
        compiled: Whether networks go through `torch.compile`.
    """

    device: str = "cpu"
    bfloat16: bool = False
    compiled: bool = False

    @staticmethod
    def of(device: str = "auto") -> "Compute":
        """Choose what suits a device of this machine, see `suiting`.

        Args:
            device: As PyTorch names it; "auto" for a GPU where there is one.

        Raises:
            LabellingError: There is no such device.
        """
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            torch.empty(0, device=device)
        except (RuntimeError, AssertionError) as error:
            reason = str(error).splitlines()[0]
            raise LabellingError(f"networks cannot be trained on {device!r}: {reason}") from error
        return Compute.suiting(device)

    @staticmethod
    def suiting(device: str) -> "Compute":
        """Choose what suits a device, be it here or not.

        A GPU gets bfloat16 and compiled networks, a processor neither.

        Raises:
            LabellingError: PyTorch knows no such kind of device.
        """
        try:
            is_gpu = torch.device(device).type == "cuda"
        except RuntimeError as error:
            reason = str(error).splitlines()[0]
            raise LabellingError(f"networks cannot be trained on {device!r}: {reason}") from error
        return Compute(device, bfloat16=is_gpu, compiled=is_gpu)

    @property
    def name(self) -> str:
        """Name of the hardware."""
        if torch.device(self.device).type == "cuda":
            return torch.cuda.get_device_name(self.device)
        return platform.processor() or platform.machine()

    @property
    def precision(self) -> str:
        """Type that layers compute in."""
        return "bfloat16" if self.bfloat16 else "float32"

    def place(self, network: nn.Module) -> nn.Module:
        """Move a network to the device, its weights with channels last."""
        return network.to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]

    def prepare(self, network: nn.Module) -> nn.Module:
        """Compile a placed network, if it shall be; its weights stay those of the network."""
        return torch.compile(network, dynamic=False) if self.compiled else network  # type: ignore[return-value]

    def autocast(self) -> torch.autocast:
        """Make a context in which layers compute in the precision."""
        kind = torch.device(self.device).type
        return torch.autocast(kind, torch.bfloat16, enabled=self.bfloat16)
