"""What the chapter `notebooks/captioning.ipynb` brings besides its own cells."""
