"""Splits, metrics and tables."""
