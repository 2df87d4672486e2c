"""What the chapter `notebooks/video.ipynb` brings besides its own cells."""
