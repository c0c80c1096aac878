# Handwritten digits whose stroke decides their brightness (Castro et al. 2019, Pawlowski et al. 2020)
graph morpho_digits

Thickness : real(0, inf)   # of the strokes, in pixels
Intensity : real(64, 255)  # how bright they are
Digit     : image(1, 28, 28)

Thickness -> Intensity
*         -> Digit
