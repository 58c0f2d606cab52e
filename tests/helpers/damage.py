"""Content of files that was damaged since."""

from random import Random


def with_changed_bit(content: bytes, random: Random) -> bytes:
    """Change one bit, wherever `random` says."""
    data = bytearray(content)
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(data)
