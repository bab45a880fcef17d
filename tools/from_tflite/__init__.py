"""The parts of tflite_to_xenos.py: readers (tflite, folder) make a graph, operators and expression make
stages of it, blocks finds what repeats, and headers writes C++."""
