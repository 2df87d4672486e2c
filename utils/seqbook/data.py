"""Small data sets that are generated: nothing is downloaded."""
