"""What the chapter `notebooks/transformer.ipynb` brings besides its own cells."""
