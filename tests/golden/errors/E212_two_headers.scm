graph first
graph second
A, B : binary
A -> B
