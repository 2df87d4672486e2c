"""What the chapter `notebooks/guided_diffusion.ipynb` brings besides its own cells."""
