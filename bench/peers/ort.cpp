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
    values_ = {tensor(image_, extents), tensor(result_, {1, out.channels})};
  }
  static std::string version() {
    return std::string("ONNX Runtime ") + OrtGetApiBase()->GetVersionString();
  }
  void run() {
    constexpr const char* in = "input";
    constexpr const char* out = "output";
    check(api->Run(session_, nullptr, &in, &values_[0], 1, &out, 1, &values_[1]));
  }
  [[nodiscard]] std::span<const float> output_values() const { return result_; }

 private:
  static OrtValue* tensor(std::vector<float>& data, const std::vector<std::int64_t>& extents) {
    OrtMemoryInfo* memory = nullptr;
    check(api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &memory));
    OrtValue* value = nullptr;
    check(api->CreateTensorWithDataAsOrtValue(memory, data.data(), data.size() * sizeof(float),
                                              extents.data(), extents.size(),
                                              ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &value));
    return value;
  }

  peers::network network_;
  std::vector<float> image_, result_;
  OrtSession* session_ = nullptr;  // it and the values live as long as the process
  std::array<OrtValue*, 2> values_{};
};

}  // namespace

int main(int argc, char** argv) { return peers::contest<ort>(argc, argv); }
