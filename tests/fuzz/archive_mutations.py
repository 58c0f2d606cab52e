"""Changes of what is packed in a file: in zip, tar, gzip or bzip2."""

import bz2
import gzip
import io
import tarfile
import warnings
import zipfile
from random import Random

from fuzz.mutations import Mutation


def in_gzip(inner: Mutation) -> Mutation:
    """Change what is compressed by gzip."""
    return lambda data, random: gzip.compress(inner(gzip.decompress(data), random), 1)


def in_bz2(inner: Mutation) -> Mutation:
    """Change what is compressed by bzip2."""
    return lambda data, random: bz2.compress(inner(bz2.decompress(data), random), 1)


def in_zip(inner: Mutation) -> Mutation:
    """Change a member of a zip archive, or its name, or leave it out or in twice."""

    def mutation(data: bytes, random: Random) -> bytes:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(info.filename, archive.read(info)) for info in archive.infolist()]
            stored = archive.infolist()[0].compress_type
        packed = io.BytesIO()
        with warnings.catch_warnings(), zipfile.ZipFile(packed, "w", stored) as archive:
            warnings.simplefilter("ignore")  # of a member that is there twice
            for name, content in _members(members, inner, random):
                archive.writestr(name, content)
        return packed.getvalue()

    return mutation


def in_tar(inner: Mutation) -> Mutation:
    """Change a member of a tar archive, or its name, or leave it out or in twice."""

    def mutation(data: bytes, random: Random) -> bytes:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            members = [
                (info.name, file.read())
                for info in archive
                if (file := archive.extractfile(info)) is not None
            ]
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for name, content in _members(members, inner, random):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        return packed.getvalue()

    return mutation


def _members(
    members: list[tuple[str, bytes]], inner: Mutation, random: Random
) -> list[tuple[str, bytes]]:
    at = random.randrange(len(members))
    name, content = members[at]
    change = random.choices(("content", "name", "without", "twice"), (12, 1, 1, 1))[0]
    if change == "content":
        members[at] = (name, inner(content, random))
    elif change == "name":
        names = ("../outside", "/tmp/outside", name.upper(), "x/" * 50 + name, name + "\n")
        members[at] = (random.choice(names), content)
    elif change == "without":
        del members[at]
    else:
        members.append((name, inner(content, random)))
    return members
