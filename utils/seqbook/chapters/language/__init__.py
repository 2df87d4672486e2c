"""What the chapter `notebooks/language.ipynb` brings besides its own cells."""
