# every mistake of a file is told in one run
graph mistakes

Young, Male : binary
Bald        : binry
Young       : binary
Face        : image(3, 64)

Young Male -> Bald
Yuong      -> Male
Male       -> Male
Face       -> Young
assert Young _||_ Young
