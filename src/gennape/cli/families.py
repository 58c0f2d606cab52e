"""`gennape families`: the architecture families."""

from gennape.cli.output import new_table, show


def families() -> None:
    """List the architecture families, whose networks are named FAMILY:ARCHITECTURE."""
    import numpy as np

    from gennape import spaces

    table = new_table("Family", "Architectures")
    table.add_column("Example", overflow="fold")
    for name in spaces.names():
        family = spaces.get(name)
        example = family.format(family.sample(np.random.default_rng(0)))
        table.add_row(
            name, f"{family.size:,}" if family.size else "not counted", f"{name}:{example}"
        )
    show(table)
