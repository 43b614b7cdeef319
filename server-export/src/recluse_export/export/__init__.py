"""Graphs to ONNX, quantised and compared with PyTorch."""
