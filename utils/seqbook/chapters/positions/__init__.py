"""What the chapter `notebooks/positions.ipynb` brings besides its own cells."""
