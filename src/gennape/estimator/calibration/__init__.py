"""Calibration: label transform, domain detector, score calibrator."""
