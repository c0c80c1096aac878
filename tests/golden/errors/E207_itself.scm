A, B : binary
A -> B
B <-> B
