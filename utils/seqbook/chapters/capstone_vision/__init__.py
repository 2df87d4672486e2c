"""What the chapter `notebooks/capstone_vision.ipynb` brings besides its own cells."""
