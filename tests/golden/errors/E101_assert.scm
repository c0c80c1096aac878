A, B, C : binary
A -> B -> C
assert A independent C
assert A _||_ C | B | A
assert A _||_
