"""Time and size of a page of ten ONNX files, and the example page of the documentation.

    python benchmarks/report_page.py [--example docs/examples/report.html]

Ten networks of timm are exported as ONNX; `gennape report` of their folder is a process of its own.
The example shows a network of inverted residual blocks, `mine.onnx`, beside six of timm.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import torch
from torch import nn

from gennape.utils.optional_imports import import_library

NETWORKS = (
    "resnet18",
    "resnet50",
    "mobilenetv3_large_100",
    "efficientnet_b0",
    "convnext_atto",
    "vit_tiny_patch16_224",
    "regnetx_004",
    "densenet121",
    "repvgg_a0",
    "ghostnet_100",
)
BESIDE = (
    "timm:resnet18",
    "timm:resnet50",
    "timm:mobilenetv3_large_100",
    "timm:efficientnet_b0",
    "timm:convnext_tiny",
    "timm:vit_tiny_patch16_224",
)
STAGES = ((48, 2), (96, 4), (160, 6), (256, 4))


class Block(nn.Module):
    """An inverted residual block with squeeze-and-excitation."""

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        inner = 4 * channels
        self.expand = nn.Sequential(
            nn.Conv2d(channels, inner, 1, bias=False),
            nn.BatchNorm2d(inner),
            nn.SiLU(),
            nn.Conv2d(inner, inner, 3, stride, 1, groups=inner, bias=False),
            nn.BatchNorm2d(inner),
            nn.SiLU(),
        )
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(inner, channels, 1),
            nn.SiLU(),
            nn.Conv2d(channels, inner, 1),
            nn.Sigmoid(),
        )
        self.project = nn.Sequential(nn.Conv2d(inner, width, 1, bias=False), nn.BatchNorm2d(width))
        self.has_skip = channels == width and stride == 1

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.expand(x)
        y = self.project(y * self.gate(y))
        return x + y if self.has_skip else y


def own_network() -> nn.Module:
    layers: list[nn.Module] = [nn.Conv2d(3, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.SiLU()]
    channels = 32
    for width, blocks in STAGES:
        for block in range(blocks):
            layers.append(Block(channels, width, 1 if block else 2))
            channels = width
    layers += [nn.Conv2d(channels, 1024, 1), nn.SiLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(1024, 1000))


def export(module: nn.Module, path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module.eval(), torch.zeros(1, 3, 224, 224), str(path), dynamo=False)


def report(*arguments: str, folder: Path) -> None:
    code = "from gennape.cli import app; app()"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    command = [sys.executable, "-c", code, "report", *arguments]
    subprocess.run(command, check=True, cwd=folder, env=environment, stdout=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--example", type=Path)
    example = parser.parse_args().example
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if example:
            export(own_network(), folder / "mine.onnx")
            report("mine.onnx", *BESIDE, "--out", str(example.resolve()), folder=folder)
            print(f"{example}: {example.stat().st_size:,} bytes")
            return
        timm = import_library("timm")
        (folder / "ten").mkdir()
        for network in NETWORKS:
            export(timm.create_model(network), folder / "ten" / f"{network}.onnx")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        report("ten", "--out", "page.html", "--workers", "1", folder=folder)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        size = (folder / "page.html").stat().st_size
        print(f"{seconds:.1f} s of one core, {size:,} bytes")


if __name__ == "__main__":
    main()
