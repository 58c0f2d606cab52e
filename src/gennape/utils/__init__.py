"""Utilities with no knowledge of networks: array types, files, resumable runs, imports."""
