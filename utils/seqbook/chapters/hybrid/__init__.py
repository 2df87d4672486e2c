"""What the chapter `notebooks/hybrid.ipynb` brings besides its own cells."""
