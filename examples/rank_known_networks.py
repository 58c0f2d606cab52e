"""Tell how accurate ten real networks you already know are, by their architecture alone.

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
    print(f"{'network':<28}{'expected top-1':>20}{'measured':>10}{'score':>8}{'GMACs':>8}")
    for entry in scores:
        interval = f"({entry.accuracy_low:.1f}-{entry.accuracy_high:.1f})"
        measured = "-" if entry.measured is None else f"{entry.measured:.1f}"
        print(
            f"{entry.model:<28}{entry.accuracy:>7.1f} {interval:>12}{measured:>10}"
            f"{entry.score:>+8.2f}{entry.macs / 1e9:>8.2f}"
        )
    for failure in scores.failed:
        print(f"{failure.model}: {failure.error}")


if __name__ == "__main__":
    main()
