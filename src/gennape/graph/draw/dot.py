"""A graph as text of Graphviz, with the names and colours of the drawing."""

from gennape.graph.computation_graph import ComputationGraph
from gennape.graph.draw.labels import CATEGORY_COLOURS, category, description, label
from gennape.graph.node import nodes_of

_HEAD = """\
  rankdir=TB;
  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=10];
  edge [arrowsize=0.6];"""


def dot_of(graph: ComputationGraph) -> str:
    """Write a graph in the language of Graphviz; see `ComputationGraph.to_dot`."""
    lines = [f"digraph {_quoted(graph.name or 'network')} {{", _HEAD]
    for node in nodes_of(graph):
        facts = {
            "label": label(node),
            "tooltip": description(node),
            "fillcolor": CATEGORY_COLOURS[category(node)],
        }
        shown = ", ".join(f"{name}={_quoted(value)}" for name, value in facts.items())
        lines.append(f"  n{node.index} [{shown}];")
        lines += [f"  n{source} -> n{node.index};" for source in node.arguments]
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    """A text of Graphviz, in which a backslash begins an escape."""
    plain = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
