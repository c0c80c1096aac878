"""Fits the mechanisms of real nodes, and of discrete nodes that have real parents."""
