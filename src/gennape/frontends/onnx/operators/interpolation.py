"""What interpolations state, as PyTorch names them."""

from gennape.frontends.onnx.converter import OnnxConverter
from gennape.frontends.onnx.document import OnnxNode

_MODES_OF_IMAGES = {"linear": "bilinear", "cubic": "bicubic"}
"""PyTorch's names of the interpolations of images."""
_HALF_PIXEL = ("half_pixel", "pytorch_half_pixel")


def resize_details(converter: OnnxConverter, node: OnnxNode) -> dict[str, object]:
    """State how elements between others are found, or that PyTorch has no such way."""
    before, after = converter.dims(node.inputs[0]), converter.dims(node.outputs[0])
    named = node.attributes.get("mode", "nearest")
    mode = _MODES_OF_IMAGES.get(named, named) if len(after) == 4 else named
    mode = "trilinear" if len(after) == 5 and named == "linear" else mode
    old = node.op == "Upsample" or converter.static.opset < 11
    place = "asymmetric" if old else "half_pixel"
    place = node.attributes.get("coordinate_transformation_mode", place)
    details: dict[str, object] = {"mode": mode}
    if place == "align_corners" and mode != "nearest":
        details["align_corners"] = True
    if node.attributes.get("antialias", 0):
        details["antialias"] = True
    if named == "nearest" and place in _HALF_PIXEL:
        details["mode"] = "nearest-exact"
    even = all(new % size == 0 for size, new in zip(before, after, strict=True))
    if not _has_twin(node, named, place, even, old):
        details["not_executable"] = f"an interpolation of kind {named}, {place}"
    return details


def _has_twin(node: OnnxNode, mode: str, place: str, even: bool, old: bool) -> bool:
    """Tell whether PyTorch finds elements in the same way."""
    if mode == "nearest":
        rounding = node.attributes.get("nearest_mode", "floor" if old else "round_prefer_floor")
        if place == "asymmetric":
            return bool(rounding == "floor")
        return bool(even and rounding.startswith("round") and place in _HALF_PIXEL)
    is_plain = not node.attributes.get("exclude_outside", 0)
    if mode == "cubic" and node.attributes.get("cubic_coeff_a", -0.75) != -0.75:
        return False
    return is_plain and place in (*_HALF_PIXEL, "align_corners")
