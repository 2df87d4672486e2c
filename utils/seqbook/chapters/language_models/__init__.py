"""What the chapter `notebooks/language_models.ipynb` brings besides its own cells."""
