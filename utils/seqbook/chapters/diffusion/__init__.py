"""What the chapter `notebooks/diffusion.ipynb` brings besides its own cells."""
