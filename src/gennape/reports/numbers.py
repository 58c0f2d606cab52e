"""Numbers and times as people read them."""

_VERY_LARGE = 10**12


def with_unit(count: float, figures: int = 3) -> str:
    """Some figures and a unit: 1814073344 becomes `1.81 G`; numbers below 1,000 are whole."""
    size = float(count)
    for unit in ("", " k", " M", " G", " T"):
        if size < 999.5 or unit == " T":
            break
        size /= 1000
    digits = 0 if not unit else max(0, figures - len(str(round(size))))
    return f"{size:.{digits}f}{unit}"


def with_bytes(count: int) -> str:
    """Write a size of memory.

    >>> with_bytes(524_288), with_bytes(0)
    ('524 kB', '0 B')
    """
    text = with_unit(count)
    return f"{text}B" if " " in text else f"{text} B"


def with_commas(count: int) -> str:
    """All figures of a whole number, or of a very large one the first two.

    >>> with_commas(423624), with_commas(14 * 10**62)
    ('423,624', '1.4e63')
    """
    if count < _VERY_LARGE:
        return f"{count:,}"
    figures, power = f"{count:.1e}".split("e+")
    return f"{figures}e{int(power)}"


def duration(seconds: float) -> str:
    """Return a time in words, such as `2 h 05 min`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
