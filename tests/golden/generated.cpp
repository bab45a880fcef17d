// What tools/tflite_to_xenos.py makes of the trained networks, from their folders and from their
// .tflite files: the models written by hand, bit for bit. It is made when the tests are built.
#include <catch2/catch.hpp>

#ifdef XENOS_GENERATED

#include <bit>
#include <cstring>
#include <type_traits>

#include "../../examples/models/ds_cnn_int8.hpp"
#include "../../examples/models/resnet8_int8.hpp"
#include "from_folder/ic_float_weights.hpp"
#include "from_folder/ic_int8_weights.hpp"
#include "from_folder/kws_float_weights.hpp"
#include "from_folder/kws_int8_weights.hpp"
#include "from_tflite/ic_float_weights.hpp"
#include "from_tflite/ic_int8_weights.hpp"
#include "from_tflite/kws_float_weights.hpp"
#include "from_tflite/kws_int8_weights.hpp"
#include "golden/golden.hpp"
#include "golden/golden_int8.hpp"

namespace {

namespace xn = xenos;
constexpr auto host = xn::targets::host;

// The same stages with the same attributes are the same type. ic_float has a relu inside a function
// that is outside in the one by hand.
static_assert(std::is_same_v<decltype(from_tflite::kws_float({})), decltype(models::ds_cnn({}))>);
static_assert(
    std::is_same_v<decltype(from_tflite::kws_int8({})), decltype(models::ds_cnn_int8({}))>);
static_assert(
    std::is_same_v<decltype(from_tflite::ic_int8({})), decltype(models::resnet8_int8({}))>);
static_assert(
    std::is_same_v<decltype(from_folder::ic_float({})), decltype(from_tflite::ic_float({}))>);
static_assert(
    std::is_same_v<decltype(from_folder::kws_float({})), decltype(from_tflite::kws_float({}))>);
static_assert(
    std::is_same_v<decltype(from_folder::ic_int8({})), decltype(from_tflite::ic_int8({}))>);
static_assert(
    std::is_same_v<decltype(from_folder::kws_int8({})), decltype(from_tflite::kws_int8({}))>);

// Weights are packed in the compiler, and a program that shall only run needs no views of them.
constexpr auto kws = xn::link<host>(from_tflite::kws_int8({}));
constexpr decltype(kws)::weights kws_packed =
    xn::link<host>(from_tflite::kws_int8(from_tflite::trained_kws_int8)).pack();
constexpr auto ic = xn::link<host>(from_tflite::ic_int8({}));
constexpr decltype(ic)::weights ic_packed =
    xn::link<host>(from_tflite::ic_int8(from_tflite::trained_ic_int8)).pack();

/// The bytes of the packed weights of a model.
template <class Expression>
std::vector<std::byte> packed_bytes(const Expression& model) {
  const auto net = xn::link<host>(model);
  using weights = typename decltype(net)::weights;
  // Of zeros, so that padding between members is equal.
  std::vector<std::byte> bytes(sizeof(weights) + alignof(weights));
  void* place = bytes.data();
  std::size_t room = bytes.size();
  std::align(alignof(weights), sizeof(weights), place, room);
  net.pack(*new (place) weights());
  const auto* const first = static_cast<const std::byte*>(place);
  return {first, first + sizeof(weights)};
}

/// Outputs of all samples by a program whose weights are packed already.
template <class Net>
std::vector<std::int8_t> run_packed(const Net& net, const typename Net::weights& weights,
                                    golden::integers inputs) {
  constexpr auto in = static_cast<std::size_t>(Net::records[0].out.elements());
  constexpr auto out = static_cast<std::size_t>(Net::records[Net::size - 1].out.elements());
  const auto arena = std::make_unique<typename Net::arena>();
  std::vector<std::int8_t> results(inputs.size() / in * out);
  for (std::size_t i = 0; i < inputs.size() / in; ++i) {
    net.run(weights, *arena, std::span<const std::int8_t, in>(inputs.data() + i * in, in),
            std::span<std::int8_t, out>(results.data() + i * out, out));
  }
  return results;
}

/// Models of float: written by hand, from the .tflite file and from the folder.
template <class Written, class File, class Folder>
void check_float(support::model_folder& folder, const Written& written, const File& file,
                 const Folder& from_folder) {
  const golden::samples data{folder.floats("inputs.npy"), folder.floats("outputs.npy")};
  INFO(folder.failure());
  REQUIRE(folder.good());
  CHECK(packed_bytes(file) == packed_bytes(from_folder));
  const auto expected = golden::run_all(xn::link<host>(written), data);
  CHECK(golden::largest_difference(expected, data.outputs) <= 1e-5F);
  CHECK(golden::run_all(xn::link<host>(file), data) == expected);
}

/// Models of int8: written by hand, `net` from the .tflite file with weights packed by the
/// compiler, from the folder, and from the file rounding once.
template <class Written, class Net, class Folder, class Once>
void check_int8(support::model_folder& folder, const Written& written, const Net& net,
                const typename Net::weights& weights, const Folder& from_folder, const Once& once) {
  const auto inputs = folder.values<std::int8_t>("inputs.npy");
  const auto twice_outputs = folder.values<std::int8_t>("outputs.npy");
  const auto once_outputs = folder.values<std::int8_t>("outputs_single_rounding.npy");
  INFO(folder.failure());
  REQUIRE(folder.good());
  const auto results = run_packed(net, weights, inputs);
  CHECK(golden::differences(results, twice_outputs) == 0);
  CHECK(results == golden::run_integers(xn::link<host>(written), inputs));
  CHECK(results == golden::run_integers(xn::link<host>(from_folder), inputs));
  CHECK(golden::differences(golden::run_integers(xn::link<host>(once), inputs), once_outputs) == 0);
}

}  // namespace

TEST_CASE("kws/float is the model by hand") {
  support::model_folder folder(xenos_test::require_data() / "kws" / "float");
  const auto weights = models::read_ds_cnn(folder);
  check_float(folder, models::ds_cnn(weights),
              from_tflite::kws_float(from_tflite::trained_kws_float),
              from_folder::kws_float(from_folder::trained_kws_float));
}

TEST_CASE("ic/float is the model by hand") {
  support::model_folder folder(xenos_test::require_data() / "ic" / "float");
  const auto weights = models::read_resnet8(folder);
  check_float(folder, models::resnet8(weights),
              from_tflite::ic_float(from_tflite::trained_ic_float),
              from_folder::ic_float(from_folder::trained_ic_float));
}

TEST_CASE("kws/int8 is the model by hand") {
  support::model_folder folder(xenos_test::require_data() / "kws" / "int8");
  const auto weights = models::read_ds_cnn<models::ds_cnn_int8_weights>(folder);
  check_int8(folder, models::ds_cnn_int8(weights), kws, kws_packed,
             from_folder::kws_int8(from_folder::trained_kws_int8),
             from_tflite::kws_int8<xn::rounding::once>(from_tflite::trained_kws_int8));
}

TEST_CASE("ic/int8 is the model by hand") {
  support::model_folder folder(xenos_test::require_data() / "ic" / "int8");
  const auto weights = models::read_resnet8<models::resnet8_int8_weights>(folder);
  check_int8(folder, models::resnet8_int8(weights), ic, ic_packed,
             from_folder::ic_int8(from_folder::trained_ic_int8),
             from_tflite::ic_int8<xn::rounding::once>(from_tflite::trained_ic_int8));
}

#else

#include "support/data.hpp"

TEST_CASE("made without test data") {
  xenos_test::require_data();
  FAIL("there was no test data when CMake ran: set XENOS_DATA and configure again");
}

#endif
