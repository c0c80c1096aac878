Male, Age, Bald, Hat : binary
Male, Age -> Bald
Bald      -> Hat
assert Male _||_ Age
assert Male _||_ Age | Hat
assert Male _||_ Hat | Bald
assert Male, Age _||_ Hat
