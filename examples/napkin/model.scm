# The napkin (Pearl and Mackenzie 2018, chapter 7): no set to adjust for, no front door, and the
# effect of X on Y follows from what is seen all the same.
graph napkin

W, R, X, Y : binary

W -> R -> X -> Y
W <-> X
W <-> Y
