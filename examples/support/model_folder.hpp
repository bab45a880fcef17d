// Reads layers and samples from a folder of .npy files (NN_conv_w.npy, NN_conv_b.npy, inputs.npy,
// ...).
#pragma once

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <span>
#include <string>

#include <xenos/interop/npy.hpp>
#include <xenos/xenos.hpp>

namespace support {

/// Keeps what it has read, so that views into it stay valid. The first error is kept and reported;
/// layers read after it stay empty.
class model_folder {
 public:
  explicit model_folder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Whether all went well so far.
  [[nodiscard]] bool good() const { return failed_.empty(); }
  [[nodiscard]] const std::string& failure() const { return failed_; }

  /// Reads `NAME_w.npy` and `NAME_b.npy`. Their extents must be the layer's.
  template <auto Order>
  void read(xenos::layer<Order>& layer, const std::string& name) {
    read_view(layer.weights, name + "_w.npy");
    read_view(layer.bias, name + "_b.npy");
  }

  /// The same of a layer of int8, its scales in `NAME_wscale.npy`.
  template <auto Order, int Scales>
  void read(xenos::quantised_layer<Order, Scales>& layer, const std::string& name) {
    read_view(layer.weights, name + "_w.npy");
    read_view(layer.scales, name + "_wscale.npy");
    read_view(layer.bias, name + "_b.npy");
  }

  /// The values of a file; empty after an error. `count` is checked unless it is 0.
  template <class T>
  std::span<const T> values(const std::string& file, std::size_t count = 0) {
    auto array = xenos::read_npy(folder_ / file);
    if (!array) return fail<T>(file, array.error().message);
    kept_.push_back(std::move(*array));
    const auto values = kept_.back().as<T>();
    if (!values) return fail<T>(file, values.error().message);
    if (count != 0 && values->size() != count) return fail<T>(file, "has another number of values");
    return *values;
  }
  std::span<const float> floats(const std::string& file, std::size_t count = 0) {
    return values<float>(file, count);
  }

 private:
  template <class View>
  void read_view(View& view, const std::string& file) {
    const auto data = values<typename View::value_type>(file, View::size);
    if (!data.empty()) view = View(data.data());
  }
  template <class T>
  std::span<const T> fail(const std::string& file, const char* why) {
    if (failed_.empty()) failed_ = (folder_ / file).string() + ": " + why;
    return {};
  }

  std::filesystem::path folder_;
  std::deque<xenos::npy_array> kept_;
  std::string failed_;
};

}  // namespace support
