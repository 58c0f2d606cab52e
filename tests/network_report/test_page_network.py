from gennape.network_report.page_network import breakable, dataset_title, short_names
from gennape.reports.markup import joined


def test_files_lose_their_folders_unless_two_share_a_name() -> None:
    models = ["/a/net.onnx", "b/net.onnx", "b/other.pt2", "timm:resnet50"]
    assert short_names(models) == ["/a/net.onnx", "b/net.onnx", "other.pt2", "timm:resnet50"]


def test_names_break_after_their_separators() -> None:
    assert joined(breakable("timm:vit_tiny")) == "timm:<wbr>vit_<wbr>tiny"
    assert joined(breakable("<a_b>")) == "&lt;a_<wbr>b&gt;"


def test_titles_of_data_sets() -> None:
    assert [dataset_title(name) for name in ("cifar10", None, "mine")] == ["CIFAR-10", "", "mine"]
