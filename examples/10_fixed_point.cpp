// A chain of Q15, as signal processors compute: 16-bit fractions, sums of 64 bits, low bits
// discarded, saturated. A low-pass filter keeps every fourth sample of a microphone; the power of
// what is left is averaged. It runs live, in blocks of any length, and is to the bit what loops in
// the manner of CMSIS-DSP make of it.
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <vector>

#include <xenos/xenos.hpp>

namespace xn = xenos;

namespace {

constexpr int taps = 32;
constexpr int decimation = 4;
constexpr int window = 16;

/// A sinc of an eighth of the sampling rate, weighted by Hamming's window: half of it, the rest is
/// its mirror image.
constexpr double low_pass[taps / 2] = {-0.00063, -0.00182, -0.00256, -0.00159, 0.00237,  0.00833,
                                       0.0118,   0.00676,  -0.00917, -0.02973, -0.03982, -0.0223,
                                       0.03103,  0.11114,  0.19246,  0.24373};
constexpr auto coefficients = [] {
  std::array<std::int16_t, taps> all{};
  for (std::size_t k = 0; k < taps; ++k) {
    all[k] = xn::to_q15(low_pass[k < taps / 2 ? k : taps - 1 - k]);
  }
  return all;
}();

// Weights of int16 behind a stream of int16 are fractions: no scales, the bias may be left out, and
// the quantisation stays. Joins say theirs.
template <int Samples>
constexpr auto chain() {
  // clang-format off
  return xn::input<std::int16_t, xn::sequence(Samples, 1), xn::q15>
       | xn::conv1d<xn::conv_1d{.out = 1, .kernel = taps, .stride = decimation,
                                .padding = xn::causal}>(
             xn::weights<std::int16_t, xn::oki{1, taps, 1}>(coefficients))
       | xn::gain<xn::gain_attributes{1.5F}>
       | xn::fork(xn::identity, xn::identity) | xn::mul_to<xn::q15>  // the power
       | xn::sliding_pool<window>;
  // clang-format on
}

constexpr auto live = xn::stream<xn::targets::cortex_m4>(chain<xn::unbounded>());
using Live = decltype(live);
static constexpr auto weights = live.pack();
static Live::state state;
static Live::scratch scratch;
static_assert(Live::state_bytes <= 256);  // 32 samples, 16 powers, and where it stands

/// Two tones, of which the higher one is to vanish.
std::vector<std::int16_t> record(int samples) {
  std::vector<std::int16_t> signal;
  for (int n = 0; n < samples; ++n) {
    const double low = 0.5 * std::sin(0.11 * n);
    const double high = n < samples / 2 ? 0.0 : 0.45 * std::sin(2.2 * n);
    signal.push_back(xn::to_q15(low + high));
  }
  return signal;
}

std::int16_t saturated(std::int64_t x) {
  return static_cast<std::int16_t>(x < -32768 ? -32768 : x > 32767 ? 32767 : x);
}

/// The same by hand.
std::vector<std::int16_t> by_hand(const std::vector<std::int16_t>& signal) {
  std::vector<std::int16_t> powers, out;
  for (int n = 0; n < static_cast<int>(signal.size()); n += decimation) {
    std::int64_t sum = 0;
    for (int k = 0; k < taps && k <= n; ++k) {
      sum += std::int64_t{coefficients[std::size_t(taps - 1 - k)]} * signal[std::size_t(n - k)];
    }
    const std::int64_t filtered = saturated(sum >> 15);
    const std::int64_t louder = saturated(filtered * 24576 >> 14);  // 1.5 = 0.75 * 2^1
    powers.push_back(saturated(louder * louder >> 15));
    const int count = powers.size() < window ? static_cast<int>(powers.size()) : window;
    std::int32_t total = 0;
    for (int k = 1; k <= count; ++k) total += powers[powers.size() - std::size_t(k)];
    out.push_back(saturated((total + count / 2) / count));  // of squares: never negative
  }
  return out;
}

}  // namespace

int main() {
  const std::vector<std::int16_t> signal = record(1000);
  std::vector<std::int16_t> powers;
  const auto sink = [&](std::span<const std::int16_t> row) {
    powers.insert(powers.end(), row.begin(), row.end());
  };
  bool good = true;
  for (std::size_t at = 0; at < signal.size(); at += 40) {  // as an interrupt delivers them
    const auto block = std::span(signal).subspan(at, 40);
    good = good && live.push(weights, state, scratch, block, sink).has_value();
  }
  good = good && live.finish(weights, state, scratch, sink).has_value();
  std::printf("%zu samples in, %zu powers out: %d without the high tone, %d with it, in 32768ths\n",
              signal.size(), powers.size(), powers[124], powers[249]);
  std::printf("state %lld bytes, scratch %lld bytes\n", static_cast<long long>(Live::state_bytes),
              static_cast<long long>(Live::scratch_bytes));
  return good && powers == by_hand(signal) ? EXIT_SUCCESS : EXIT_FAILURE;
}
