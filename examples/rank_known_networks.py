"""Rank ten real networks you already know, by their architecture alone.

No weights are downloaded and nothing is trained: each network is read as a graph and the
bundled estimator scores it. Needs the extra `zoo`.
"""

import gennape

NETWORKS = (
    "timm:resnet18",
    "timm:resnet50",
    "timm:vgg16",
    "timm:densenet121",
    "timm:inception_v3",
    "timm:mobilenetv2_100",
    "timm:mobilenetv3_small_100",
    "timm:efficientnet_b0",
    "timm:regnety_032",
    "timm:convnext_tiny",
)


def main() -> None:
    scores = gennape.score(NETWORKS, input_shape=(3, 224, 224))
    print(f"{'network':<28}{'score':>7}{'percentile':>12}{'GMACs':>8}{'M parameters':>14}")
    for entry in scores.scored:
        print(
            f"{entry.model:<28}{entry.score:>+7.2f}{entry.percentile:>12.1f}"
            f"{entry.macs / 1e9:>8.2f}{entry.parameters / 1e6:>14.1f}"
        )
    for failure in scores.failed:
        print(f"{failure.model}: {failure.error}")


if __name__ == "__main__":
    main()
