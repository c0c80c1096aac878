"""Real nodes from rows to answers: problems whose truth is known, scmc, and its peers."""
