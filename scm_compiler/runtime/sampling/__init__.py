"""Samples of a trained model: labels and images in a regime, and their files and pictures."""
