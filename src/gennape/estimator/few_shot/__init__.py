"""Few-shot learning: a Gaussian process on kernels over few-shot features."""
