#include <xenos/ops/recurrent.hpp>

#include <catch2/catch.hpp>
#include <cmath>
#include <support/run.hpp>

namespace {

namespace xn = xenos;
using namespace xenos_test;
using xn::fault;

constexpr xn::lstm_attributes lstm{.hidden = 5};
static_assert(lstm.check(xn::shape{9, 1, 3}) == fault::none);
static_assert(lstm.check(xn::shape{9, 2, 3}) == fault::needs_sequence);
static_assert(xn::lstm_attributes{}.check(xn::shape{9, 1, 3}) == fault::bad_attribute);
static_assert(lstm.output(xn::shape{9, 1, 3}) == xn::shape{9, 1, 5});
static_assert(lstm.params(xn::shape{9, 1, 3}).at[0] == xn::filter{20, 1, 1, 3});
static_assert(lstm.params(xn::shape{9, 1, 3}).at[1] == xn::filter{20, 1, 1, 5});
static_assert(lstm.macs(xn::shape{9, 1, 3}) == 9 * 20 * (3 + 5));

constexpr xn::gru_attributes gru{.hidden = 5};
static_assert(gru.check(xn::shape{9, 2, 3}) == fault::needs_sequence);
static_assert(xn::gru_attributes{}.check(xn::shape{9, 1, 3}) == fault::bad_attribute);
static_assert(gru.params(xn::shape{9, 1, 3}).count == 4);
static_assert(xn::gru_attributes{5, false}.params(xn::shape{9, 1, 3}).count == 3);

static_assert(xn::sequential_operation<xn::lstm_attributes> &&
              xn::sequential_operation<xn::gru_attributes>);

/// Rows of numbers, one behind the other.
struct matrix_view {
  const float* data;
  int width;
  float operator()(int o, int = 0, int = 0, int i = 0) const { return data[o * width + i]; }
};
struct layer_views {
  matrix_view at[4];
  template <int K>
  [[nodiscard]] matrix_view get() const {
    return at[K];
  }
};

/// All rows of a layer with views of `values`: input weights, recurrent weights, biases.
template <int Gates, class Op>
tensor run_layer(const Op& op, const tensor& in, int features, const std::vector<float>& values) {
  const int all = Gates * op.hidden;
  const float* first = values.data();
  const layer_views views{{{first, features},
                           {first + all * features, op.hidden},
                           {first + all * (features + op.hidden), 1},
                           {first + all * (features + op.hidden + 1), 1}}};
  const int steps = static_cast<int>(in.size()) / features;
  tensor_reader reader;
  reader.in[0] = &in;
  reader.extents.push({steps, 1, features});
  REQUIRE(op.check(reader.extents) == fault::none);
  return detail::define_sequence(op, reader, views);
}

std::vector<float> random_values(std::size_t count, std::uint64_t salt) {
  noise next{seed() + salt};
  std::vector<float> values(count);
  for (float& value : values) value = next();
  return values;
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// matrix * x + bias, in double.
tensor affine(const float* matrix, const float* bias, const tensor& x, int rows) {
  tensor y(bias, bias + rows);
  for (int r = 0; r < rows; ++r) {
    for (std::size_t i = 0; i < x.size(); ++i) y[std::size_t(r)] += *matrix++ * x[i];
  }
  return y;
}

void check_near(const tensor& got, const tensor& want, double tolerance) {
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    CHECK(got[i] == Approx(want[i]).margin(tolerance).epsilon(0));
  }
}

}  // namespace

// The figures are of the equations as they stand in the papers, computed apart from this project.

TEST_CASE("an LSTM of two units, by hand", "[recurrent]") {
  const std::vector<float> values{
      0.5F,  -1.0F, 1.0F, 0.25F, -0.5F, 0.75F, 1.0F,  -1.0F,  // input
      0.1F,  0.2F,  0.3F, -0.4F, 0.5F,  0.0F,  0.0F,  0.6F,   // recurrent i, f
      -0.7F, 0.2F,  0.4F, 0.1F,  0.3F,  0.3F,  -0.2F, 0.8F,   // g, o
      0.1F,  -0.1F, 1.0F, 0.5F,  0.0F,  0.2F,  -0.3F, 0.4F};  // bias
  check_near(run_layer<4>(xn::lstm_attributes{.hidden = 2}, {1, -2, 0.5}, 1, values),
             {-0.1936536353615373, 0.0647313430428681, 0.013995760641137386, -0.5351933412318022,
              -0.03347030749101034, -0.06764845600908302},
             1e-7);
}

TEST_CASE("a GRU of two units, by hand", "[recurrent]") {
  std::vector<float> values{0.5F, -1.0F, 1.0F,  0.25F, -0.5F, 0.75F,  // input
                            0.1F, 0.2F,  0.3F,  -0.4F, 0.5F,  0.0F,
                            0.0F, 0.6F,  -0.7F, 0.2F,                  // z, r
                            0.4F, 0.1F,                                // n
                            0.1F, -0.1F, 0.3F,  0.5F,  0.0F,  0.2F,    // bias
                            0.2F, -0.3F, 0.1F,  0.0F,  0.4F,  -0.5F};  // recurrent bias
  check_near(run_layer<3>(xn::gru_attributes{.hidden = 2}, {1, -2, 0.5}, 1, values),
             {-0.05494733693311833, 0.43672182540736465, 0.49769289698822083, 0.17081027818864544,
              0.26182352427480293, 0.30617040479344954},
             1e-7);
  for (int k = 24; k < 30; ++k) values[std::size_t(k)] = 0;
  check_near(run_layer<3>(xn::gru_attributes{2, false}, {1, -2, 0.5}, 1, values),
             {-0.16374830045994684, 0.5550297101663128, 0.4979195591277683, 0.3236876773062133,
              0.13878979312087547, 0.5214305432523051},
             1e-7);
}

TEST_CASE("an LSTM is what its equations say, of matrices", "[recurrent]") {
  constexpr int h = 7;
  constexpr int x = 4;
  const auto values = random_values(4 * h * (x + h + 1), 1);
  const auto rows = random_values(11 * x, 2);
  tensor want;
  tensor cell(h);
  tensor out(h);
  const std::vector<float> none(4 * h);
  for (int y = 0; y < 11; ++y) {
    const tensor row(rows.begin() + y * x, rows.begin() + (y + 1) * x);
    const tensor a = affine(values.data(), values.data() + 4 * h * (x + h), row, 4 * h);
    const tensor b = affine(values.data() + 4 * h * x, none.data(), out, 4 * h);
    const auto gate = [&](int which, int k) {
      return a[std::size_t(which * h + k)] + b[std::size_t(which * h + k)];
    };
    for (int k = 0; k < h; ++k) {
      const auto at = std::size_t(k);
      cell[at] *= sigmoid(gate(1, k));
      cell[at] += sigmoid(gate(0, k)) * std::tanh(gate(2, k));
      out[at] = sigmoid(gate(3, k)) * std::tanh(cell[at]);
    }
    want.insert(want.end(), out.begin(), out.end());
  }
  const tensor in(rows.begin(), rows.end());
  check_near(run_layer<4>(xn::lstm_attributes{h}, in, x, values), want, 1e-12);
}

TEST_CASE("a GRU is what its equations say, of matrices", "[recurrent]") {
  constexpr int h = 6;
  constexpr int x = 3;
  for (const bool after : {true, false}) {
    auto values = random_values(3 * h * (x + h + 2), 3);
    for (auto it = values.end() - 3 * h; !after && it != values.end(); ++it) *it = 0;
    const auto rows = random_values(11 * x, 4);
    const float* const recurrent = values.data() + 3 * h * x;
    const float* const bias = recurrent + 3 * h * h;
    tensor want;
    tensor out(h);
    for (int y = 0; y < 11; ++y) {
      const tensor row(rows.begin() + y * x, rows.begin() + (y + 1) * x);
      const tensor a = affine(values.data(), bias, row, 3 * h);
      const tensor b = affine(recurrent, bias + 3 * h, out, 2 * h);
      tensor update(h);
      tensor reset(h);
      tensor kept = out;
      for (std::size_t k = 0; k < h; ++k) {
        update[k] = sigmoid(a[k] + b[k]);
        reset[k] = sigmoid(a[h + k] + b[h + k]);
        if (!after) kept[k] *= reset[k];
      }
      const tensor n = affine(recurrent + 2 * h * h, bias + 5 * h, kept, h);
      for (std::size_t k = 0; k < h; ++k) {
        const double candidate = std::tanh(a[2 * h + k] + (after ? reset[k] : 1) * n[k]);
        out[k] = candidate + update[k] * (out[k] - candidate);
      }
      want.insert(want.end(), out.begin(), out.end());
    }
    const tensor in(rows.begin(), rows.end());
    check_near(run_layer<3>(xn::gru_attributes{h, after}, in, x, values), want, 1e-12);
  }
}
