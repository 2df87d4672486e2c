"""What the chapter `notebooks/capstone.ipynb` brings besides its own cells."""
