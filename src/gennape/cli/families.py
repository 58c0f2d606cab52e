"""`gennape families`: the architecture families."""

from gennape.cli.output import show

_SAMPLES, _SHORT, _WIDTH = 20, 60, 100


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
        rng = np.random.default_rng(0)
        texts = [family.format(family.sample(rng)) for _ in range(_SAMPLES)]
        example = next((one for one in texts if len(one) <= _SHORT), min(texts, key=len))
        size = with_commas(family.size) if family.size else "not counted"
        table.add(name, size, f"{name}:{example}")
    show(table, widest=_WIDTH)
