X, Y : binary
X -> Y
assert identified P(Y[X=0]=1 | X=1)
