A, B : binary
A -> B
C : categorical(x,
    y
    )
assert identified P(Y | do(X)
assert C _||_ A
{A
B
