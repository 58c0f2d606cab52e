"""Entries of an official file that cannot be used, and values that are checked."""

from math import isfinite


class Broken(ValueError):
    """An entry that is left out; the reason completes "an entry that ..."."""


def number(value: object) -> float:
    """A finite number.

    Raises:
        Broken: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise Broken("holds something else where a finite number belongs")
    return float(value)


def percent(value: object) -> float:
    """A number from 0 to 100.

    Raises:
        Broken: It is none.
    """
    share = number(value)
    if not 0 <= share <= 100:
        raise Broken("holds an accuracy outside 0 to 100 %")
    return share
