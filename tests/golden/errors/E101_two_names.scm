Young Male : binary
Young -> Male
Bald, Mustache,
Smiling -> Young,
Hat : binary
