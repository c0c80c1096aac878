"""From the graph to what runs: readable torch source, and the certificate."""
