"""What the chapter `notebooks/long_sequences.ipynb` brings besides its own cells."""
