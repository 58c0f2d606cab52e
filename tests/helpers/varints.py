"""Numbers as protocol buffers write them."""


def varint(value: int) -> bytes:
    """Write a number in groups of seven bits, the lowest first."""
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])
