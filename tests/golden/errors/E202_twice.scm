Young, Bald, Young : binary
Bald : categorical(none, some)
Young -> Bald
