"""What the chapter `notebooks/sequences.ipynb` brings besides its own cells."""
