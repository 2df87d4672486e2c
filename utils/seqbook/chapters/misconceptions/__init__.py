"""What the chapter `notebooks/misconceptions.ipynb` brings besides its own cells."""
