"""Conditional distributions of real numbers: what fits them best, and how fast."""
