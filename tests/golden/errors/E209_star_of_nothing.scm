Face : image(3, 64, 64)
* -> Face
