graph loops
A, B, C, D, E1, F : binary
A -> B -> C
D <- C
D -> A, E1    # closes the first cycle
E1 -> F
F -> E1       # and this a second one
