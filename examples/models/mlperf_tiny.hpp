// Where MLPerf Tiny's networks find their weights: the layer numbers of the published models.
#pragma once

#include <string>

#include "../support/model_folder.hpp"
#include "ds_cnn.hpp"
#include "resnet8.hpp"

namespace models {

/// `Weights`: ds_cnn_weights, or ds_cnn_int8_weights of the folder with integers.
template <class Weights = ds_cnn_weights>
Weights read_ds_cnn(support::model_folder& folder) {
  Weights w;
  folder.read(w.stem, "00_conv");
  for (int i = 0; i < 4; ++i) {
    const std::string names[] = {"01_dwconv", "03_dwconv", "05_dwconv", "07_dwconv"};
    const std::string next[] = {"02_conv", "04_conv", "06_conv", "08_conv"};
    folder.read(w.blocks[i].depthwise, names[i]);
    folder.read(w.blocks[i].pointwise, next[i]);
  }
  folder.read(w.classifier, "11_fc");
  return w;
}

template <class Weights = resnet8_weights>
Weights read_resnet8(support::model_folder& folder) {
  Weights w;
  folder.read(w.stem, "00_conv");
  folder.read(w.stack1.first, "01_conv");
  folder.read(w.stack1.second, "02_conv");
  folder.read(w.stack2.first, "04_conv");
  folder.read(w.stack2.second, "05_conv");
  folder.read(w.stack2.shortcut, "06_conv");
  folder.read(w.stack3.first, "08_conv");
  folder.read(w.stack3.second, "09_conv");
  folder.read(w.stack3.shortcut, "10_conv");
  folder.read(w.classifier, "14_fc");
  return w;
}

}  // namespace models
