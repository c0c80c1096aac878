"""What runs: data, training, run folders, queries and evaluation."""
