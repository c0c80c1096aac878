digraph { A -> B }
digraph {
A -> B
}
binary A, B
A, B : binary
