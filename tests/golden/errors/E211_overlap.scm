A, B, C : binary
A -> B -> C
assert A _||_ C | A, B
assert A, B _||_ B
