"""What the chapter `notebooks/bptt.ipynb` brings besides its own cells."""
