"""One module per lab, one function per TODO: `from seqbook.check import rnn_lab as check`."""
