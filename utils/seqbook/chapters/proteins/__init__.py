"""What the chapter `notebooks/proteins.ipynb` brings besides its own cells."""
