"""One module per lab, one function per TODO: `from seqbook.labs import lab1_rnn_from_scratch as check`."""
