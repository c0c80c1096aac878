graph nsw

Age, Education                     : real(0, inf)
Black, Hispanic, Married, NoDegree : binary
Re74, Re75                         : real(0, inf)
Treat                              : binary
Re78                               : real(0, inf)

Age       -> Education, Black, Hispanic, Married, NoDegree
Education -> Black, Hispanic, Married, NoDegree
Black     -> Hispanic, Married, NoDegree
Hispanic  -> Married, NoDegree
Married   -> NoDegree
Age, Education, Black, Hispanic, Married, NoDegree -> Re74, Re75
Re74      -> Re75
Age, Education, Black, Hispanic, Married, NoDegree, Re74, Re75 -> Treat, Re78
Treat     -> Re78
