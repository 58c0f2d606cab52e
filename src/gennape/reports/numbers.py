"""Numbers and times as people read them."""


def with_unit(count: float, figures: int = 3) -> str:
    """Some figures and a unit: 1814073344 becomes `1.81 G`; numbers below 1,000 are whole."""
    size = float(count)
    for unit in ("", " k", " M", " G", " T"):
        if size < 999.5 or unit == " T":
            break
        size /= 1000
    digits = 0 if not unit else max(0, figures - len(str(round(size))))
    return f"{size:.{digits}f}{unit}"


def duration(seconds: float) -> str:
    """Return a time in words, such as `2 h 05 min`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
