"""Mobile networks as timm builds them from strings: an implementation that is not ours."""

from collections.abc import Sequence
from typing import Any

from gennape.spaces.parts.ofa_mobile import OFAStage
from gennape.utils.optional_imports import import_library


def block_strings(
    stages: Sequence[OFAStage],
    channels: Sequence[int],
    strides: Sequence[int],
    endings: Sequence[str] | None = None,
) -> list[list[str]]:
    """The stages in timm's notation; an ending says what else holds of a stage's blocks."""
    return [
        [
            f"ir_r1_k{kernel}_s{1 if position else stride}_e{expansion}_c{width}{ending}"
            for position, (kernel, expansion) in enumerate(stage)
        ]
        for stage, width, stride, ending in zip(
            stages, channels, strides, endings or [""] * len(stages), strict=True
        )
    ]


def decoded(strings: list[list[str]]) -> Any:
    """The arguments of timm's builder."""
    return import_library("timm.models._efficientnet_builder").decode_arch_def(strings)
