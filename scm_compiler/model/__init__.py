"""Models of a graph's labels: mechanisms, their tables, and the noise that drives them."""
