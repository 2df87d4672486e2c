"""What the chapter `notebooks/attention.ipynb` brings besides its own cells."""
