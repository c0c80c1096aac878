A, B : binary
A -> B -> B
* -> A
