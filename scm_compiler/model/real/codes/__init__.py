"""Diagnostics of graphs with real nodes."""
