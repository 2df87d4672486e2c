"""What the chapter `notebooks/perceptron.ipynb` brings besides its own cells."""
