graph nsw_experiment

Treat : binary
Re78  : real

Treat -> Re78
