"""What the chapter `notebooks/keras_rnn.ipynb` brings besides its own cells."""
