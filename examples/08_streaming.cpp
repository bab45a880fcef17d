// A live model: rows go in as they come, rows come out as soon as they are determined. The same
// definition runs whole recordings, with the same weights and, to the bit, the same results.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include <xenos/xenos.hpp>

#include "support/values.hpp"

namespace xn = xenos;

namespace {

constexpr auto stem_values = support::values<8 * 4 * 16>(1, 0.3F);
constexpr auto deep_values = support::values<3 * 8>(2, 0.6F);
constexpr auto point_values = support::values<8 * 8>(3, 0.5F);
constexpr auto class_values = support::values<3 * 8>(4, 0.9F);

// Frames of 16 features; every second one makes a row of three scores, averaged over the last ten.
// The number of frames is a parameter: that of a recording, or xn::unbounded.
template <int Frames>
constexpr auto listener() {
  constexpr xn::conv stem{.out = 8, .kernel = {4, 1}, .stride = {2, 1}, .padding = xn::causal};
  // One row of the future: costs a delay of two frames behind the stride.
  constexpr xn::depthwise deep{.kernel = {3, 1}, .padding = xn::pads(1, 1, 0, 0)};
  // clang-format off
  return xn::input<float, xn::sequence(Frames, 16)>
       | xn::conv2d<stem>(xn::weights<float, xn::ohwi{8, 4, 1, 16}>(stem_values)) | xn::relu
       | xn::residual(
             xn::depthwise2d<deep>(xn::weights<float, xn::hwo{3, 1, 8}>(deep_values)) | xn::relu
           | xn::conv2d<xn::conv{.out = 8}>(
                 xn::weights<float, xn::ohwi{8, 1, 1, 8}>(point_values)))
       | xn::dense<xn::fc{.out = 3}>(xn::weights<float, xn::oi{3, 8}>(class_values))
       | xn::softmax | xn::sliding_pool<10>;
  // clang-format on
}

constexpr auto live = xn::stream<xn::targets::host>(listener<xn::unbounded>());
using Live = decltype(live);
constexpr int frames = 51;
constexpr auto recorded = xn::link<xn::targets::host>(listener<frames>());
static constexpr auto weights = recorded.pack();  // for all streams too; live.pack() if there is
                                                  // nothing but streams
static Live::scratch scratch;                     // for all streams that do not run at once

// All of it is known to the compiler.
static_assert(Live::input_length<> == 16 && Live::output_length<> == 3);
static_assert(Live::input_rows == 2 && Live::output_rows<> == 1);  // a row of scores for two frames
static_assert(Live::latency_rows<> == 2);                          // and how late it comes
static_assert(Live::state_bytes <= 2048);                          // of one stream

/// One voice: its state, and the scores so far.
struct voice {
  Live::state state{};
  std::vector<float> scores{};

  auto sink() {
    return
        [this](std::span<const float> row) { scores.insert(scores.end(), row.begin(), row.end()); };
  }
  bool hear(std::span<const float> rows) {
    return live.push(weights, state, scratch, rows, sink()).has_value();
  }
  bool end() { return live.finish(weights, state, scratch, sink()).has_value(); }
};

constexpr auto first = support::values<frames * 16>(5);
constexpr auto second = support::values<frames * 16>(6);

std::vector<float> whole(const std::array<float, frames * 16>& recording) {
  static decltype(recorded)::arena arena;
  std::array<float, 26 * 3> scores;
  recorded.run(weights, arena, recording, scores);
  return {scores.begin(), scores.end()};
}

bool equal(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace

int main() {
  // Two voices at once, one frame at a time, and in chunks of five.
  voice a;
  voice b;
  voice saved;
  bool good = true;
  for (std::size_t f = 0; f < frames; ++f) {
    good = good && a.hear(std::span(first).subspan(f * 16, 16));
    if (f % 5 == 4) good = good && b.hear(std::span(second).subspan((f - 4) * 16, 5 * 16));
    if (f == 20) saved = a;  // a copy of the state is the stream as it stands
  }
  good = good && b.hear(std::span(second).subspan(50 * 16));
  std::printf("%d frames in, %zu rows of scores out", frames, a.scores.size() / 3);
  // The last rows read behind the end: they are determined when the end is known.
  good = good && a.end() && b.end();
  std::printf(", %zu at the end\n", a.scores.size() / 3);
  good = good && equal(a.scores, whole(first)) && equal(b.scores, whole(second));

  // The saved stream goes on from where it was, whatever has happened since.
  good = good && saved.hear(std::span(first).subspan(21 * 16)) && saved.end();
  good = good && equal(saved.scores, a.scores);

  // A wrong length is refused and changes nothing; a finished stream takes no more until a reset.
  const auto refused =
      live.push(weights, saved.state, scratch, std::span(first).first(16), [](auto) {});
  std::printf("after the end: %s\n", refused ? "taken" : refused.error().message);
  saved.state.reset();
  good = good && !refused && !saved.hear(std::span(first).first(15)) &&
         saved.hear(std::span(first).first(16));

  std::printf("state %lld bytes a voice, scratch %lld bytes, latency %d frames\n",
              static_cast<long long>(Live::state_bytes),
              static_cast<long long>(Live::scratch_bytes), Live::latency_rows<>);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
