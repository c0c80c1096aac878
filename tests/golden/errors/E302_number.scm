A : binary
F : image(64, 64)
G : image(3, 64, 64, 64)
H : image(3, heigth=64, width=64)
I : image(3, 64, 64, width=64)
A -> F, G, H, I
