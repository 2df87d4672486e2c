"""Measurements against other courses' published settings: `make bench`, or `python -m bench`.

`peer` is the other course's model, `music` trains it and Lab 2's side by side, `generation` and
`steps` time the rest, `vit` times a Vision Transformer against UvA's in PyTorch, `curves` reads
training curves, `machine` says where it all ran, and `report` turns the results into the tables and
the figure of the benchmark page.
"""
