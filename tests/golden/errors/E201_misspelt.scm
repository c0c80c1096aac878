Young, Male, Bald : binary
Yuong, Male -> Bald
male        -> Young
Beard       -> Bald
Yuong       -> Male
assert Yung _||_ Male
