"""What the chapter `notebooks/gates.ipynb` brings besides its own cells."""
