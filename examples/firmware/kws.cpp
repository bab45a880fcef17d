// Keyword spotting: DS-CNN of MLPerf Tiny in int8.
#include "application.hpp"
#include "kws_samples.hpp"
#include "kws_weights.hpp"  // by tools/tflite_to_xenos.py

namespace xn = xenos;

namespace {

constexpr auto round = xn::rounding::FIRMWARE_ROUNDING;
constexpr const auto& expected =
    round == xn::rounding::twice ? samples::expected_twice : samples::expected_once;

// Two rows a step: rows of five pixels make pairs. One row needs least memory.
constexpr auto net = xn::link<xn::targets::FIRMWARE_TARGET, xn::planning{.tile = 2}>(
    [] { return models::kws<round>(models::trained_kws); });
using Net = std::remove_const_t<decltype(net)>;

[[gnu::section(".weights")]] constexpr Net::weights weights = net.pack();

// Where each tier lies is one line.
[[gnu::section(".dtcm")]] alignas(Net::on.alignment) std::byte
    scratchpad[Net::plan.scratchpad_bytes];
[[gnu::section(".l2")]] alignas(Net::on.alignment) std::byte memory[Net::plan.memory_bytes + 1];

}  // namespace

bool run_application() {
  // Which weights these are, as the script computes it of the trained network.
  constexpr std::uint32_t fingerprint = net.fingerprint();
  static_assert(fingerprint == models::kws_fingerprint);
  return firmware::classify(net, fingerprint, weights, {scratchpad, memory}, samples::inputs,
                            expected);
}
