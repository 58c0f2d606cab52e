"""Models: graph encoders, fuzzy clusters, clustered predictor, cross-family ranker."""
