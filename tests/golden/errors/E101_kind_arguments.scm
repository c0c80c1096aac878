A : categorical(x y)
B : image(3, , 64)
C : categorical x, y
D : image(3, 64; 64)
