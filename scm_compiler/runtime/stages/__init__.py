"""Training of a run in stages: its labels, then the head of each image, then its encoder."""
