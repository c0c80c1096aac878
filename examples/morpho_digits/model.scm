# Handwritten digits whose stroke decides their brightness (Castro et al. 2019, Pawlowski et al. 2020)
graph morpho_digits

Thick, Bright : binary  # each cut at its median
Digit         : image(1, 28, 28)

Thick -> Bright
*     -> Digit
