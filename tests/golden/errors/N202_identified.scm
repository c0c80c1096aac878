X : binary
Face : image(1, 4, 4)
X -> Face
assert identified P(Face | do(X))
