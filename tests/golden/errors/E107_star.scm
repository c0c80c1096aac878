A, B : binary
* : binary
A -> B
assert A _||_ *
