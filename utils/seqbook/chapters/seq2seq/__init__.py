"""What the chapter `notebooks/seq2seq.ipynb` brings besides its own cells."""
