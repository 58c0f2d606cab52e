"""`gennape families`: the architecture families."""

from gennape.cli.output import show


def families() -> None:
    """List the architecture families, whose networks are named FAMILY:ARCHITECTURE."""
    import numpy as np

    from gennape import spaces
    from gennape.reports.numbers import with_commas
    from gennape.utils.text_table import TextColumn, TextTable

    table = TextTable(
        [
            TextColumn("Family"),
            TextColumn("Architectures", is_number=True),
            TextColumn("Example", folds=True),
        ]
    )
    for name in spaces.names():
        family = spaces.get(name)
        example = family.format(family.sample(np.random.default_rng(0)))
        size = with_commas(family.size) if family.size else "not counted"
        table.add(name, size, f"{name}:{example}")
    show(table)
