graph tar

Smoking, Cancer : binary
Tar             : real(0, inf)

Smoking -> Tar
Tar     -> Cancer

Smoking <-> Cancer
