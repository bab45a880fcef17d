// A micro-kernel of a user's: chosen by a specialisation, with packed parameters and temporaries.
#include <support/run.hpp>

#include <catch2/catch.hpp>

namespace user {

namespace xn = xenos;

/// Row y holds the sums over the columns up to x of row y - 1 (zeros above the image), weighted.
struct running_sum {
  static constexpr const char* name = "running_sum";
  static constexpr xn::mapping map = xn::mapping::many_to_many;

  [[nodiscard]] constexpr xn::fault check(const xn::shapes&) const { return xn::fault::none; }
  [[nodiscard]] constexpr xn::shape output(const xn::shapes& in) const { return in[0]; }
  [[nodiscard]] constexpr xn::access reads(const xn::shapes&, int) const {
    return {xn::window{1, 1, 1, -1}, 0, 0, true};
  }
  [[nodiscard]] constexpr xn::parameters params(const xn::shapes& in) const {
    return {1, 1, {{in[0].channels}}};
  }
  template <class In, class Weights>
  constexpr auto at(const In& in, const Weights& weights, int y, int x, int c) const {
    xn::reference_of<typename In::value_type> sum = 0;
    for (int i = 0; i <= x && y > 0; ++i) sum += in(0, y - 1, i, c);
    return sum * weights.template get<0>()(c);
  }
};

template <xn::shape In, class T>
struct running_sum_rows {
  struct packed {
    T scales[In.channels];
  };
  static constexpr bool folds = false;
  static constexpr int block_rows = 1;
  static constexpr xn::bytes_t temporary_bytes = sizeof(T) * In.channels;

  template <class Views>
  static constexpr void pack(const Views& views, packed& to) {
    for (int c = 0; c < In.channels; ++c) to.scales[c] = views.template get<0>()(c);
  }
  template <class Views, class Epilogue>
  static void run(const xn::tile<T, T>& t, const packed& parameters, const Views&,
                  const Epilogue& epilogue) {
    T* sums = reinterpret_cast<T*>(t.temporaries);
    for (int r = 0; r < t.rows; ++r) {
      const auto finish = epilogue.row(r);
      for (int c = 0; c < In.channels; ++c) sums[c] = 0;
      for (int x = 0, at = 0; x < In.width; ++x) {
        for (int c = 0; c < In.channels; ++c, ++at) {
          sums[c] += t.in[0][r][at];
          t.out[r][at] = finish(sums[c] * parameters.scales[c], at, c);
        }
      }
    }
  }
};

}  // namespace user

template <user::running_sum Op, xenos::shapes In, class T, int VectorBytes>
struct xenos::kernel_for<Op, In, T, VectorBytes> {
  using type = user::running_sum_rows<In[0], T>;
};

TEST_CASE("a user's kernel gets its parameters and temporaries", "[kernel]") {
  namespace xn = xenos;
  using namespace xenos_test;
  const auto sums = xn::stage_of<user::running_sum{}>(some_weights<xn::per_channel{7}>());
  const auto model = xn::input<float, xn::hwc{6, 5, 3}> |
                     some_conv<xn::conv{.out = 7, .kernel = {3, 3}}, 3>() | xn::relu | sums |
                     xn::tanh | some_conv<xn::conv{.out = 4, .kernel = {2, 2}}, 7>();
  CHECK(check_model(model) == "");
  using net = decltype(xn::link<xn::targets::host>(model));
  STATIC_REQUIRE(net::plan.segments[0].temporaries == 64);  // 28 bytes, aligned
}
