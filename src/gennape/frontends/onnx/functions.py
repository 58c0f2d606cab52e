"""Functions of an ONNX file, written out where they are called."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import onnx
from onnx import AttributeProto, helper

from gennape.frontends.errors import FrontendError
from gennape.frontends.onnx.nodes import all_nodes, renamed, weight

DEEPEST = 100
"""Functions may call one another up to so deep."""

_Key = tuple[str, str, str]


def inline_functions(model: onnx.ModelProto, path: Path, most_nodes: int) -> None:
    """Replace the calls of a model's own functions by what they do, in place.

    Args:
        model: The model.
        path: The file, for messages.
        most_nodes: How many nodes there may be afterwards.

    Raises:
        FrontendError: A function calls itself, or the nodes are too many.
    """
    if not model.functions:
        return
    functions = {(_domain(f.domain), f.name, f.overload): f for f in model.functions}
    _refuse_growth(model.graph, functions, path, most_nodes)
    _Inliner(functions).expand(model.graph.node)
    known = {_domain(opset.domain) for opset in model.opset_import}
    for function in model.functions:
        for opset in function.opset_import:
            if _domain(opset.domain) not in known:
                known.add(_domain(opset.domain))
                model.opset_import.append(opset)
    del model.functions[:]


def _domain(domain: str) -> str:
    return "" if domain == "ai.onnx" else domain


def _key(node: onnx.NodeProto) -> _Key:
    return (_domain(node.domain), node.op_type, node.overload)


def _refuse_growth(
    graph: onnx.GraphProto, functions: Mapping[_Key, onnx.FunctionProto], path: Path, most: int
) -> None:
    """Count the nodes of functions that call functions, before any is written out."""
    calls = {key: _calls(function.node, functions) for key, function in functions.items()}
    try:
        order = list(TopologicalSorter(calls).static_order())
    except CycleError as error:
        name = error.args[1][0][1]
        raise FrontendError(
            f"{path}: the function {name!r} calls itself; export the network again"
        ) from error
    sizes: dict[_Key, int] = {}
    depths: dict[_Key, int] = {}
    for key in order:
        depths[key] = 1 + max((depths[other] for other in calls[key]), default=0)
        nodes = functions[key].node
        size = weight(nodes) + sum(sizes.get(_key(node), 0) for node in all_nodes(nodes))
        sizes[key] = min(size, most + 1)
    used = _calls(graph.node, functions)
    total = sum(1 + sizes.get(_key(node), 0) for node in all_nodes(graph.node))
    if total > most or max((depths[key] for key in used), default=0) > DEEPEST:
        raise FrontendError(
            f"{path}: its functions unfold to more than {most:,} nodes of a KiB each, or call one "
            f"another more than {DEEPEST} deep, as no network does; export it without functions"
        )


def _calls(
    nodes: Sequence[onnx.NodeProto], functions: Mapping[_Key, onnx.FunctionProto]
) -> list[_Key]:
    return [key for key in dict.fromkeys(map(_key, all_nodes(nodes))) if key in functions]


class _Inliner:
    """Writes functions out; each call gets names of its own."""

    def __init__(self, functions: Mapping[_Key, onnx.FunctionProto]) -> None:
        self._functions = functions
        self._count = 0

    def expand(self, nodes: Any) -> None:
        """Replace the calls in the list of nodes of a message, in place."""
        expanded = [part for node in nodes for part in self._parts(node)]
        del nodes[:]
        nodes.extend(expanded)

    def _parts(self, node: onnx.NodeProto) -> Iterator[onnx.NodeProto]:
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                self.expand(attribute.g.node)
        function = self._functions.get(_key(node))
        if function is None:
            yield node
        else:
            yield from self._body(node, function)

    def _body(self, node: onnx.NodeProto, function: onnx.FunctionProto) -> Iterator[onnx.NodeProto]:
        """Write the nodes of one call."""
        self._count += 1
        given = {a.name: a for a in (*function.attribute_proto, *node.attribute)}
        names = dict.fromkeys(function.input, "") | dict(
            zip(function.input, node.input, strict=False)
        )
        wanted = list(zip(function.output, node.output, strict=False))
        results = {inner: outer for inner, outer in wanted if outer}
        for part in function.node:
            for output in filter(None, part.output):
                names[output] = results.get(output) or f"{output[:64]}/call{self._count}"
        for part in function.node:
            copy = renamed(part, names)
            _give_attributes([copy], given)
            yield from self._parts(copy)
        for inner, outer in wanted:
            if outer and names.get(inner) != outer:
                yield helper.make_node("Identity", [names.get(inner, "")], [outer])


def _give_attributes(
    nodes: Iterable[onnx.NodeProto], given: Mapping[str, onnx.AttributeProto]
) -> None:
    """Replace attributes that refer to those of a call, in place."""
    for node in all_nodes(nodes):
        if not any(attribute.ref_attr_name for attribute in node.attribute):
            continue
        found = []
        for attribute in node.attribute:
            if not attribute.ref_attr_name:
                found.append(attribute)
            elif attribute.ref_attr_name in given:
                found.append(onnx.AttributeProto())
                found[-1].CopyFrom(given[attribute.ref_attr_name])
                found[-1].name = attribute.name
        rest = onnx.NodeProto(attribute=found)
        node.ClearField("attribute")
        node.MergeFrom(rest)
