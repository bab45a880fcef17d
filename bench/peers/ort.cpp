// ONNX Runtime by its C interface. Reads FOLDER/NETWORK.onnx (to_onnx.py) beside the description.
#include <onnxruntime_c_api.h>

#include "contest.hpp"
#include "description.hpp"

namespace {

const OrtApi* const api = OrtGetApiBase()->GetApi(ORT_API_VERSION);

void check(OrtStatus* status) {
  if (status != nullptr) throw std::runtime_error(api->GetErrorMessage(status));
}

class ort {
 public:
  ort(const std::string& path, int threads) : network_(path) {
    OrtEnv* env = nullptr;
    check(api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "peers", &env));
    OrtSessionOptions* options = nullptr;
    check(api->CreateSessionOptions(&options));
    check(api->SetIntraOpNumThreads(options, threads));
    check(api->SetInterOpNumThreads(options, 1));
    check(api->SetSessionGraphOptimizationLevel(options, ORT_ENABLE_ALL));
    check(api->CreateSession(env, (path + ".onnx").c_str(), options, &session_));
    const auto& in = network_.input();
    image_ = planes_of(in, in.weights);
    if (in.scale > 0) {  // integers without sign, 128 more
      for (const float value : image_) bytes_.push_back(static_cast<std::uint8_t>(value + 128));
      values_.push_back(tensor(bytes_, in, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8));
    } else {
      values_.push_back(tensor(image_, in, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT));
    }
    outputs_ = network_.outputs();
    results_.resize(outputs_.size());
    byte_results_.resize(outputs_.size());
    for (std::size_t k = 0; k < outputs_.size(); ++k) {
      const auto& out = outputs_[k];
      if (in.scale > 0) {
        byte_results_[k].resize(out.elements());
        values_.push_back(tensor(byte_results_[k], out, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8));
      } else {
        results_[k].resize(out.elements());
        values_.push_back(tensor(results_[k], out, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT));
      }
      names_.push_back("output" + std::to_string(k));
    }
    for (const auto& name : names_) name_pointers_.push_back(name.c_str());
  }
  static std::string version() {
    return std::string("ONNX Runtime ") + OrtGetApiBase()->GetVersionString();
  }
  void run() {
    constexpr const char* in = "input";
    check(api->Run(session_, nullptr, &in, &values_[0], 1, name_pointers_.data(),
                   name_pointers_.size(), &values_[1]));
  }
  [[nodiscard]] std::vector<float> output_values() const {
    std::vector<float> all;
    for (std::size_t k = 0; k < outputs_.size(); ++k) {
      std::vector<float> values = results_[k];
      for (const std::uint8_t byte : byte_results_[k]) values.push_back(float(byte) - 128);
      const auto& out = outputs_[k];
      if (out.width > 1)
        values = peers::planar(values.data(), out.channels, 1, out.height * out.width);
      all.insert(all.end(), values.begin(), values.end());
    }
    return all;
  }

 private:
  /// As ONNX has them: an image's channels outermost, other values as they are.
  static std::vector<float> planes_of(const peers::layer& l, const float* values) {
    if (l.width == 1) return {values, values + l.elements()};
    return peers::planar(values, l.height, l.width, l.channels);
  }
  template <class T>
  static OrtValue* tensor(std::vector<T>& data, const peers::layer& of,
                          ONNXTensorElementDataType type) {
    std::vector<std::int64_t> extents{1, of.channels, of.height, of.width};
    if (of.width == 1) extents = {1, of.channels};
    if (of.is_sequence()) extents = {of.height, 1, of.channels};
    OrtMemoryInfo* memory = nullptr;
    check(api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &memory));
    OrtValue* value = nullptr;
    check(api->CreateTensorWithDataAsOrtValue(memory, data.data(), data.size() * sizeof(T),
                                              extents.data(), extents.size(), type, &value));
    return value;
  }

  peers::network network_;
  std::vector<float> image_;
  std::vector<std::uint8_t> bytes_;
  std::vector<peers::layer> outputs_;
  std::vector<std::vector<float>> results_;  // by output
  std::vector<std::vector<std::uint8_t>> byte_results_;
  std::vector<std::string> names_;
  std::vector<const char*> name_pointers_;
  OrtSession* session_ = nullptr;  // it and the values live as long as the process
  std::vector<OrtValue*> values_;  // the input, then the outputs
};

}  // namespace

int main(int argc, char** argv) { return peers::contest<ort>(argc, argv); }
