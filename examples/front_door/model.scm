# The front door (Pearl 2009, Figure 3.5): smoking harms through the tar in the lungs, and an
# unobserved disposition causes both smoking and cancer.
graph front_door

Smoking, Tar, Cancer : binary

Smoking -> Tar -> Cancer
Smoking <-> Cancer  # the disposition: never measured
