"""Small networks of many kinds, each a few blocks of a well-known architecture."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from gennape import spaces
from gennape.utils.optional_imports import import_library

Shape = tuple[int, int, int]
Architecture = tuple[Callable[[], nn.Module], Shape]


def _resnet() -> nn.Module:
    models = import_library("torchvision.models")
    return models.ResNet(models.resnet.Bottleneck, [1, 1, 1, 1], width_per_group=8)


def _vgg() -> nn.Module:
    vgg = import_library("torchvision.models.vgg")
    network = vgg.VGG(vgg.make_layers([8, "M", 512, "M"]), num_classes=10)
    network.classifier = nn.Sequential(
        nn.Linear(512 * 7 * 7, 16), nn.ReLU(True), nn.Dropout(), nn.Linear(16, 10)
    )
    return network


def _mobilenet_v2() -> nn.Module:
    models = import_library("torchvision.models")
    blocks = [[1, 16, 1, 1], [6, 24, 2, 2]]
    return models.MobileNetV2(width_mult=0.5, inverted_residual_setting=blocks)


def _mobilenet_v3() -> nn.Module:
    models = import_library("torchvision.models.mobilenetv3")
    block = models.InvertedResidualConfig
    blocks = [
        block(16, 3, 16, 16, True, "RE", 2, 1, 1),
        block(16, 5, 48, 24, True, "HS", 1, 1, 1),
        block(24, 5, 64, 24, False, "HS", 1, 1, 1),
    ]
    return models.MobileNetV3(blocks, last_channel=32)


def _efficientnet() -> nn.Module:
    models = import_library("torchvision.models.efficientnet")
    blocks = [
        models.MBConvConfig(1, 3, 1, 16, 8, 1, 1.0, 1.0),
        models.MBConvConfig(6, 3, 2, 8, 16, 2, 1.0, 1.0),
    ]
    return models.EfficientNet(blocks, dropout=0.2, last_channel=32)


def _densenet() -> nn.Module:
    models = import_library("torchvision.models")
    return models.DenseNet(8, (2, 2), 16, bn_size=2)


def _squeezenet() -> nn.Module:
    models = import_library("torchvision.models")
    network = models.SqueezeNet("1_1", num_classes=10)
    network.features = nn.Sequential(*list(network.features)[:5])
    network.classifier[1] = nn.Conv2d(128, 10, kernel_size=1)
    return network


def _inception() -> nn.Module:
    googlenet = import_library("torchvision.models.googlenet")
    return nn.Sequential(
        googlenet.BasicConv2d(3, 16, kernel_size=3, stride=2),
        nn.MaxPool2d(3, stride=2, ceil_mode=True),
        googlenet.Inception(16, 8, 8, 16, 4, 8, 8),
        nn.AdaptiveAvgPool2d((1, 1)),
        nn.Flatten(),
        nn.Linear(40, 10),
    )


def _shufflenet() -> nn.Module:
    models = import_library("torchvision.models")
    return models.ShuffleNetV2([2, 1, 1], [24, 16, 32, 64, 64])


def _regnet() -> nn.Module:
    models = import_library("torchvision.models.regnet")
    blocks = models.BlockParams([1, 1], [16, 32], [8, 8], [1.0, 1.0], [2, 2], 0.25)
    return models.RegNet(blocks, num_classes=10, stem_width=8)


def _convnext() -> nn.Module:
    models = import_library("torchvision.models.convnext")
    blocks = [models.CNBlockConfig(16, 32, 1), models.CNBlockConfig(32, None, 1)]
    return models.ConvNeXt(blocks, num_classes=10)


def _convnext_of_timm() -> nn.Module:
    convnext = import_library("timm.models.convnext")
    return convnext.ConvNeXt(depths=(1, 1, 1, 1), dims=(8, 16, 24, 32), conv_mlp=True)


def _vision_transformer() -> nn.Module:
    models = import_library("timm.models.vision_transformer")
    return models.VisionTransformer(32, 8, embed_dim=32, depth=2, num_heads=4, init_values=0.1)


def _vision_transformer_of_torchvision() -> nn.Module:
    models = import_library("torchvision.models")
    return models.VisionTransformer(32, 8, 2, 4, 32, 64, num_classes=10)


def _mixer() -> nn.Module:
    models = import_library("timm.models.mlp_mixer")
    return models.MlpMixer(img_size=32, patch_size=8, num_blocks=2, embed_dim=32)


def _ghostnet() -> nn.Module:
    ghostnet = import_library("timm.models.ghostnet")
    blocks = [[[3, 16, 16, 0, 1]], [[3, 48, 24, 0.25, 2]], [[5, 72, 24, 0.25, 1]]]
    return ghostnet.GhostNet(blocks, num_classes=10)


def _poolformer() -> nn.Module:
    metaformer = import_library("timm.models.metaformer")
    return metaformer.MetaFormer(
        depths=(1, 1, 1, 1),
        dims=(8, 16, 24, 32),
        token_mixers=metaformer.Pooling,
        norm_layers=metaformer.GroupNorm1,
        layer_scale_init_values=1e-5,
        res_scale_init_values=None,
        use_mlp_head=False,
    )


def _nasbench101() -> nn.Module:
    space = spaces.get("nasbench101")
    return space.graph(space.sample(np.random.default_rng(0))).to_module()


def _nasbench201() -> nn.Module:
    space = spaces.get("nasbench201")
    edges = "|nor_conv_3x3~0|+|none~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_1x1~1|none~2|"
    return space.graph(space.parse(edges)).to_module()


ARCHITECTURES: dict[str, Architecture] = {
    "resnet": (_resnet, (3, 32, 32)),
    "vgg": (_vgg, (3, 28, 28)),
    "mobilenet_v2": (_mobilenet_v2, (3, 32, 32)),
    "mobilenet_v3": (_mobilenet_v3, (3, 32, 32)),
    "efficientnet": (_efficientnet, (3, 32, 32)),
    "densenet": (_densenet, (3, 32, 32)),
    "squeezenet": (_squeezenet, (3, 32, 32)),
    "inception": (_inception, (3, 32, 32)),
    "shufflenet": (_shufflenet, (3, 64, 64)),
    "regnet": (_regnet, (3, 32, 32)),
    "convnext": (_convnext, (3, 32, 32)),
    "convnext of timm": (_convnext_of_timm, (3, 64, 64)),
    "vision transformer": (_vision_transformer, (3, 32, 32)),
    "vision transformer of torchvision": (_vision_transformer_of_torchvision, (3, 32, 32)),
    "mixer": (_mixer, (3, 32, 32)),
    "ghostnet": (_ghostnet, (3, 32, 32)),
    "poolformer": (_poolformer, (3, 64, 64)),
    "nasbench101": (_nasbench101, (3, 32, 32)),
    "nasbench201": (_nasbench201, (3, 32, 32)),
}
"""A builder and the shape of one sample by name."""


def build(name: str) -> tuple[nn.Module, Shape]:
    """An architecture in evaluation mode, the same at every call, and its input shape."""
    builder, shape = ARCHITECTURES[name]
    torch.manual_seed(0)
    return builder().eval(), shape
