X, M, Y, "7 up" : binary
X -> M -> Y
X <-> Y
"7 up" -> Y
assert identified P(Y[X=0]=1 | X=1)                  # by the front door
assert identified P(Y[X=0]=0 | X=1, Y=1)             # the probability of necessity
assert identified P(Y["7 up"=0]=1, Y["7 up"=1]=0)
assert identified P(Y[X=1, M=M[X=0]] | "7 up")       # for every value
