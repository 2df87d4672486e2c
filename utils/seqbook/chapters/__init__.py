"""One folder per chapter, named as its notebook: its data, its figures, its live figures."""
