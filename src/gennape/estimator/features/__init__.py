"""Features of networks: compute graph, node kinds, size prior, neighbour moments."""
