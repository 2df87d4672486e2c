"""What the chapter `notebooks/vit.ipynb` brings besides its own cells."""
