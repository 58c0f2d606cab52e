"""`gennape fine-tune`: adapt an estimator to a few labelled networks."""

from pathlib import Path
from typing import Annotated

import typer

from gennape.cli.options import EstimatorName, Inputs, Seed, TrustedModules, parse_inputs


def fine_tune(
    labels: Annotated[
        Path,
        typer.Argument(
            metavar="LABELS",
            help="A CSV or Parquet file with the columns model and accuracy.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Where the new estimator is written.")],
    estimator: EstimatorName = None,
    inputs: Inputs = None,
    trust_module: TrustedModules = None,
    seed: Seed = 0,
) -> None:
    """Adapt an estimator to networks whose accuracy was measured; about 50 are enough."""
    import gennape
    from gennape.benchmarks.label_file import read_label_file
    from gennape.utils.files import check_writable

    check_writable(out, is_folder=True)
    start = gennape.load(estimator)
    shape, named = parse_inputs(inputs)
    labelled = read_label_file(labels, shape, trust_module or (), inputs=named)
    start.fine_tune(labelled.graphs, labelled.accuracies, seed=seed).save_pretrained(out)
    print(f"fine-tuned on {len(labelled.graphs)} networks: {out}")
