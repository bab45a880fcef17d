"""The parts of tflite_to_xenos.py.

tflite and folder read a graph (graph), simplify takes out what xenos says otherwise, operators and
expression make stages of it (stage), blocks finds what repeats, naming names it, and headers and
layout write C++. small_files and reference serve the tests: they write and compute .tflite files.
"""
