"""Tree to graph, and query to question: names, kinds, edges and assertions checked."""
