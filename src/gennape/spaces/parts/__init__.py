"""What families are made of: layers, blocks and cells, and the text of architectures.

A family imports its parts, never the other way round.
"""
