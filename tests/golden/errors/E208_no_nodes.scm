# to be written
graph nothing
