"""The images of a run: training their heads, and what a trained head is."""
