"""What the chapter `notebooks/sentiment.ipynb` brings besides its own cells."""
