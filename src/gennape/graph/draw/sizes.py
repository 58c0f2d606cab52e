"""Sizes of what a picture holds, in pixels, and colours that several parts share."""

from gennape.graph.draw.blocks import DrawnBlock

MARGIN = 24.0
ROW_GAP = 24.0
COLUMN_GAP = 110.0
LANE_WIDTH = 4.0
BOX_GAP = 14.0
MAIN_LINE, SMALL_LINE = 15.0, 13.0
MAIN_SIZE, SMALL_SIZE = 11.0, 9.0
CHARACTER = 0.6
"""Width of a character by font size."""
OUTLINE = "#5b6473"
COST_COLOUR = "#27364d"


def box_size(block: DrawnBlock) -> tuple[float, float]:
    """Width and height of a box."""
    widths = [
        len(line.text) * CHARACTER * (MAIN_SIZE if line.main else SMALL_SIZE)
        for line in block.lines
    ]
    heights = [MAIN_LINE if line.main else SMALL_LINE for line in block.lines]
    return max(max(widths) + 14, MAIN_LINE + 8), sum(heights) + 8
