"""Answers on graphs with real nodes: by weighted draws, and exactly where all is Gaussian."""
