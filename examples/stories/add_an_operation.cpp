// A user's operations, from outside the library: nothing is registered and no file of it is edited.
//
// clang-format off
//   soft_clip         one-to-one: a name, a mapping class and `apply`. Fuses into the stage before it.
//   moving_variance   windowed: says which rows it reads and what one element is. Links as any other
//                     stage does, and runs by its definition until it has a micro-kernel.
// clang-format on
//
// Last in this file is a micro-kernel for moving_variance: a specialisation of xenos::kernel_for.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <type_traits>

#include <xenos/xenos.hpp>

namespace xn = xenos;

namespace user {

/// limit * x / (limit + |x|): close to x for small x, never beyond the limit.
struct soft_clip {
  float limit = 1;

  static constexpr const char* name = "soft_clip";
  static constexpr xn::mapping map = xn::mapping::one_to_one;

  [[nodiscard]] constexpr xn::fault check(const xn::shapes&) const {
    return limit > 0 ? xn::fault::none : xn::fault::bad_attribute;
  }

  /// V is float in kernels and double in the scalar reference.
  template <class V>
  constexpr V apply(V x) const {
    const V size = xn::math::select(x < V(0), -x, x);
    return V(limit) * x / (V(limit) + size);
  }
};

/// The variance of the last `rows` values of each element of a row: {steps - rows + 1} rows.
struct moving_variance {
  int rows = 2;

  static constexpr const char* name = "moving_variance";
  static constexpr xn::mapping map = xn::mapping::many_to_many;

  [[nodiscard]] constexpr xn::fault check(const xn::shapes& in) const {
    if (rows < 1) return xn::fault::bad_attribute;
    return rows > in[0].height ? xn::fault::window_exceeds_input : xn::fault::none;
  }
  [[nodiscard]] constexpr xn::shape output(const xn::shapes& in) const {
    return {in[0].height - rows + 1, in[0].width, in[0].channels};
  }
  /// Output row y reads the input rows [y, y + rows). From this follow ring sizes, tiles and plans.
  [[nodiscard]] constexpr xn::access reads(const xn::shapes&, int) const {
    return {xn::window{.reach = rows}};
  }
  [[nodiscard]] constexpr std::int64_t macs(const xn::shapes& in) const {
    return output(in).elements() * rows * 2;  // the planner's estimate of the work
  }

  /// The definition: element (y, x, c) of the output.
  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights&, int y, int x, int c) const {
    using value = xn::reference_of<typename In::value_type>;
    value mean = 0;
    for (int row = y; row < y + rows; ++row) mean += in(0, row, x, c);
    mean /= value(rows);
    value sum = 0;
    for (int row = y; row < y + rows; ++row) {
      const value deviation = in(0, row, x, c) - mean;
      sum += deviation * deviation;
    }
    return sum / value(rows);
  }
};

/// How models write them.
template <soft_clip Attributes = soft_clip{}>
inline constexpr xn::stage<Attributes> soft_clipped{};
template <moving_variance Attributes>
inline constexpr xn::stage<Attributes> variance_over{};

/// A micro-kernel: rows of pointers in, rows out. It works on whole rows, so that inner loops run
/// over neighbouring elements.
template <moving_variance Op, xn::shape In, class T>
struct variance_rows : xn::kernel_defaults {  // it has no weights
  template <class Views, class Epilogue>
  static void run(const xn::tile<T, T>& tile, const xn::no_parameters&, const Views&,
                  const Epilogue& epilogue) {
    for (int r = 0; r < tile.rows; ++r) {
      const T* const* rows = tile.in[0] + r;  // the window of output row tile.first + r
      T* out = tile.out[r];
      const auto finish = epilogue.row(r);  // what is fused behind this stage
      for (int i = 0; i < In.row(); ++i) {
        T mean = 0;
        for (int k = 0; k < Op.rows; ++k) mean += rows[k][i];
        mean /= T(Op.rows);
        T sum = 0;
        for (int k = 0; k < Op.rows; ++k) sum += (rows[k][i] - mean) * (rows[k][i] - mean);
        out[i] = finish(sum / T(Op.rows), i, i % In.channels);
      }
    }
  }
};

}  // namespace user

/// It is chosen for sequences (rows of one pixel); images still run by the definition.
template <user::moving_variance Op, xenos::shapes In, class T, int VectorBytes>
  requires(In[0].width == 1)
struct xenos::kernel_for<Op, In, T, VectorBytes> {
  using type = user::variance_rows<Op, In[0], T>;
};

namespace {

// Two sensors, twelve readings. A dense layer mixes them: sum and difference.
constexpr float mix[] = {1, 1, 1, -1};
constexpr std::array<float, 24> readings = {0, 0, 1, 0, 2, 0, 3, 0, 3, 1, 3, 2,
                                            3, 3, 2, 3, 1, 3, 0, 3, 0, 2, 0, 1};

// clang-format off
constexpr auto by_kernel = xn::input<float, xn::sequence(12, 2)>
    | xn::dense<xn::fc{.out = 2}>(xn::weights<float, xn::oi{2, 2}>(mix))
    | user::soft_clipped<user::soft_clip{.limit = 4}>
    | user::variance_over<user::moving_variance{.rows = 4}> | xn::relu;

/// The same elements as an image of two pixels a row, for which there is no kernel.
constexpr auto by_definition = xn::input<float, xn::sequence(12, 2)>
    | xn::dense<xn::fc{.out = 2}>(xn::weights<float, xn::oi{2, 2}>(mix))
    | user::soft_clipped<user::soft_clip{.limit = 4}>
    | xn::reshape<xn::hwc{12, 2, 1}>
    | user::variance_over<user::moving_variance{.rows = 4}> | xn::relu;
// clang-format on

using result = std::array<float, 9 * 2>;

template <class Net>
result run(const Net& net) {
  static_assert(xn::verify(Net::records, Net::on, Net::plan).what == xn::flaw::none);
  static typename Net::weights weights;
  static typename Net::arena arena;
  net.pack(weights);
  result out;
  net.run(weights, arena, readings, out);
  return out;
}

/// The same by hand.
result by_hand() {
  double clipped[12][2];
  for (std::size_t t = 0; t < 12; ++t) {
    const double a = double(readings[2 * t]);
    const double b = double(readings[2 * t + 1]);
    clipped[t][0] = 4 * (a + b) / (4 + std::abs(a + b));
    clipped[t][1] = 4 * (a - b) / (4 + std::abs(a - b));
  }
  result out;
  for (std::size_t t = 0; t < 9; ++t) {
    for (std::size_t c = 0; c < 2; ++c) {
      double mean = 0;
      double squares = 0;
      for (std::size_t k = t; k < t + 4; ++k) {
        mean += clipped[k][c] / 4;
        squares += clipped[k][c] * clipped[k][c] / 4;
      }
      out[2 * t + c] = float(squares - mean * mean);
    }
  }
  return out;
}

bool near(const char* name, const result& got, const result& expected) {
  float largest = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    largest = std::fmax(largest, std::abs(got[i] - expected[i]));
  }
  std::printf("%-14s %.4f %.4f %.4f ...; largest difference %.1g\n", name, double(got[0]),
              double(got[1]), double(got[2]), double(largest));
  return largest < 1e-6F;
}

}  // namespace

int main() {
  constexpr auto net = xn::link<xn::targets::host>(by_kernel);
  using Net = decltype(net);

  // The planner knows them by what they say of themselves: soft_clip runs on the dense layer's
  // accumulators, moving_variance is linked through a ring that holds as many rows as it reads.
  static_assert(Net::plan.segment_count == 1);
  static_assert(Net::plan.unit_count == 3);  // input, dense + soft_clip, moving_variance + relu
  static_assert(Net::plan.units[1].follower_count == 1);
  static_assert(Net::plan.units[1].rows >= 4 && Net::plan.units[1].where == xn::placement::ring);

  using kernel = Net::kernel<2>;
  static_assert(std::is_same_v<kernel, user::variance_rows<user::moving_variance{.rows = 4},
                                                           xn::sequence(12, 2), float>>);

  const result expected = by_hand();
  bool good = near("by hand", expected, expected);
  good = near("kernel", run(net), expected) && good;
  good = near("definition", run(xn::link<xn::targets::host>(by_definition)), expected) && good;
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
