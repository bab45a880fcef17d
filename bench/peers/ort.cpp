// ONNX Runtime by its C interface. Reads FOLDER/NETWORK.onnx (to_onnx.py) beside the description.
#include <onnxruntime_c_api.h>

#include <array>

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
    const auto& out = network_.output();
    image_ = peers::planar(in.weights, in.height, in.width, in.channels);
    result_.resize(out.elements());
    // Vectors are {1, n}, images {1, channels, height, width}.
    std::vector<std::int64_t> extents{1, in.channels};
    if (in.height * in.width > 1) extents = {1, in.channels, in.height, in.width};
    if (in.scale > 0) {  // integers without sign, 128 more
      for (const float value : image_) bytes_.push_back(static_cast<std::uint8_t>(value + 128));
      byte_result_.resize(out.elements());
      values_ = {tensor(bytes_, extents, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8),
                 tensor(byte_result_, {1, out.channels}, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8)};
    } else {
      values_ = {tensor(image_, extents, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT),
                 tensor(result_, {1, out.channels}, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)};
    }
  }
  static std::string version() {
    return std::string("ONNX Runtime ") + OrtGetApiBase()->GetVersionString();
  }
  void run() {
    constexpr const char* in = "input";
    constexpr const char* out = "output";
    check(api->Run(session_, nullptr, &in, &values_[0], 1, &out, 1, &values_[1]));
  }
  [[nodiscard]] std::vector<float> output_values() const {
    std::vector<float> values = result_;
    for (std::size_t i = 0; i < byte_result_.size(); ++i) values[i] = float(byte_result_[i]) - 128;
    return values;
  }

 private:
  template <class T>
  static OrtValue* tensor(std::vector<T>& data, const std::vector<std::int64_t>& extents,
                          ONNXTensorElementDataType type) {
    OrtMemoryInfo* memory = nullptr;
    check(api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &memory));
    OrtValue* value = nullptr;
    check(api->CreateTensorWithDataAsOrtValue(memory, data.data(), data.size() * sizeof(T),
                                              extents.data(), extents.size(), type, &value));
    return value;
  }

  peers::network network_;
  std::vector<float> image_, result_;
  std::vector<std::uint8_t> bytes_, byte_result_;
  OrtSession* session_ = nullptr;  // it and the values live as long as the process
  std::array<OrtValue*, 2> values_{};
};

}  // namespace

int main(int argc, char** argv) { return peers::contest<ort>(argc, argv); }
