# Hair colour has five values, and whether a hat is worn depends on it
graph hair

Male, Young : binary
Hair        : categorical(black, brown, blond, gray, bald)
Wearing_Hat : binary

Male, Young -> Hair
Male, Hair  -> Wearing_Hat

assert Young _||_ Wearing_Hat | Male, Hair
