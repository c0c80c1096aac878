X, Y, Z : binary
X ->  Y
X <-> Y
Y ->  Z
assert identified P(Y | do(X=1))
assert identified P(Y | do(X))
assert identified P(Y[X=0]=1 | X=1)
