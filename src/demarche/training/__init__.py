"""How the weights are made: coded sentences in, two ONNX graphs out. Not needed at run time; needs the extra ``train``."""
