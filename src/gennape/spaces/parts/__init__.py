"""Building blocks of several families: layers, blocks, cells, and the text of architectures.

A family imports its parts, never the other way round.
"""
