"""A custom family, and some that break a promise."""

FAMILIES = '''
from gennape.graph import GraphBuilder
from gennape.spaces import ArchitectureError, SearchSpace


class Widths(SearchSpace[int]):
    """Two convolutions, the first with 1 to 8 channels."""

    name = "my_families:Widths"
    size = 8

    def enumerate(self):
        return iter(range(1, 9))

    def sample(self, rng):
        return int(rng.integers(1, 9))

    def neighbours(self, architecture):
        return [width for width in range(1, 9) if abs(width - architecture) == 1]

    def parse(self, text):
        if not text.strip().isdigit():
            raise ArchitectureError(f"{text!r} is no width")
        return int(text)

    def format(self, architecture):
        return str(architecture)

    def graph(self, architecture):
        build = GraphBuilder()
        x = build.input((3, self.resolution, self.resolution))
        x = build.conv(build.conv(x, architecture, kernel=3), 8, kernel=3)
        build.output(build.linear(build.flatten(build.global_avg_pool(x)), self.classes))
        return build.build(name=f"{self.name}:{self.format(architecture)}")


class Renamed(Widths):
    name = "widths"


class Unread(Widths):
    name = "my_families:Unread"

    def format(self, architecture):
        return str(architecture + 1)


class Selfish(Widths):
    name = "my_families:Selfish"

    def neighbours(self, architecture):
        return [architecture]


class Nameless(Widths):
    name = "my_families:Nameless"

    def graph(self, architecture):
        from dataclasses import replace

        return replace(super().graph(architecture), name="")


class Fixed(Widths):
    name = "my_families:Fixed"

    def __init__(self, classes=None, resolution=None):
        super().__init__(classes, 32)


class Restless(Widths):
    name = "my_families:Restless"
    drawn = 0

    def sample(self, rng):
        Restless.drawn += 1
        return 1 + Restless.drawn % 7


number = 42
'''
