

graph "my graph"  # name
A,B:binary;C : binary() # both



# alone  
	A->B;; A <- "P" -> C ; # end
"P" : binary