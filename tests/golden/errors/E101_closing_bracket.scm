A : categorical(x, y})
B : binary)
A, {} -> B
