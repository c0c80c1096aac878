X, Y, Z, V, W : binary
V  -> X -> Y -> Z
X <-> Y
V <-> W <-> Z
assert identified P(Y | do(X=1))
assert identified P(Y, Z | do(X), V)
assert identified ATE(Y -> Z)
assert identified P(X | do(V=1)) - P(X | do(V=0))
