A, P : binary
graph : binary
do, A : binary
A -> given
assert : binary
