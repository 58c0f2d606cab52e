"""Reading ONNX files: structure only, without running the model."""
