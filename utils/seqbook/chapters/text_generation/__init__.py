"""What the chapter `notebooks/text_generation.ipynb` brings besides its own cells."""
