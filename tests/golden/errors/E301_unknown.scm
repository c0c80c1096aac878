Young : binry
Male  : bool
Age   : Binary
Young, Male -> Age
