"""What the chapter `notebooks/self_attention.ipynb` brings besides its own cells."""
