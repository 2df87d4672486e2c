"""What the chapter `notebooks/vit_attention.ipynb` brings besides its own cells."""
