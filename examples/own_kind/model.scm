# Does tutoring help beyond the effort that it calls forth? Effort is a number from 1 to 3.
graph own_kind

Tutored : binary
Effort  : scale(1, 3)
Passed  : binary

Tutored         -> Effort
Tutored, Effort -> Passed
