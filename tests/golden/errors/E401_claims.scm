X, Y : binary
X -> Y
assert identified P(Y | do(X))
assert identified ATE(X -> Y)
assert identified P(Y |)
assert identified P(Y | do(W))
