// Layers of int8 and int16 against their definitions, bit by bit, on the machine for which they are
// compiled: shapes around the blocks of its kernels, shifts to the left, dead channels, extreme
// biases.
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>
#include <xenos/xenos.hpp>

#include "../../examples/firmware/platform.hpp"

namespace xn = xenos;

namespace {

using xn::quantisation;
using xn::rounding;

/// Memory of a check: its program's weights and arena, and whole tensors.
constexpr std::size_t tensor_bytes = 24 * 1024;
[[gnu::section(".l2")]] alignas(64) std::byte packed[128 * 1024];
[[gnu::section(".l2")]] alignas(64) std::byte arena[128 * 1024];
[[gnu::section(".l2")]] alignas(4) std::byte tensors[6][tensor_bytes];
[[gnu::section(".l2")]] alignas(4) std::byte result[tensor_bytes];

template <class T>
T* as(std::byte* bytes) {
  return reinterpret_cast<T*>(bytes);
}

unsigned dice = 20240617;
int throw_in(int low, int high) {
  dice = dice * 1664525U + 1013904223U;
  return low + static_cast<int>((dice >> 8U) % static_cast<unsigned>(high - low + 1));
}

/// Weights, scales and biases of any layer below, new for each check.
struct {
  std::int8_t weights[20000];
  std::int16_t fractions[200];
  float scales[128];
  std::int32_t bias[128];
  std::int64_t wide_bias[128];
} layer;

void throw_layer() {
  for (std::int8_t& weight : layer.weights) weight = static_cast<std::int8_t>(throw_in(-128, 127));
  for (std::int16_t& weight : layer.fractions) {
    weight = static_cast<std::int16_t>(throw_in(-32768, 32767));
  }
  for (int c = 0; c < 128; ++c) {
    const int kind = throw_in(0, 8);
    layer.bias[c] = throw_in(-3000, 3000);
    layer.scales[c] = kind == 0   ? 1.3e-9F  // dead,
                      : kind == 1 ? 1e-14F   // of factor 0,
                      : kind == 2 ? 40.0F    // shifted to the left
                                  : 0.0005F * static_cast<float>(throw_in(1, 16));
    if (kind < 2) layer.bias[c] = throw_in(0, 1) != 0 ? (1 << 30) + 12345 : -(1 << 30) - 12345;
    layer.wide_bias[c] = layer.bias[c];
  }
}

template <auto Order, int Scales>
xn::quantised_layer<Order, Scales> views() {
  static_assert(Order.logical().elements() <= 20000 && Order.logical().out <= 128);
  xn::quantised_layer<Order, Scales> of;
  of.weights = decltype(of.weights)(&layer.weights[0]);
  of.scales = decltype(of.scales)(&layer.scales[0]);
  of.bias = decltype(of.bias)(&layer.bias[0]);
  return of;
}

template <auto Order, int Scales>
xn::quantised_layer<Order, Scales, std::int64_t> wide_views() {
  static_assert(Order.logical().elements() <= 20000 && Order.logical().out <= 128);
  xn::quantised_layer<Order, Scales, std::int64_t> of;
  of.weights = decltype(of.weights)(&layer.weights[0]);
  of.scales = decltype(of.scales)(&layer.scales[0]);
  of.bias = decltype(of.bias)(&layer.wide_bias[0]);
  return of;
}

/// What definitions read: whole tensors.
template <class T>
struct reader {
  using value_type = T;
  const T* in[xn::max_streams] = {};
  xn::shapes extents{};
  [[nodiscard]] xn::shape extent(int input) const { return extents[input]; }
  T operator()(int input, int y, int x, int c) const {
    const xn::shape s = extents[input];
    return in[input][(y * s.width + x) * s.channels + c];
  }
};

template <class Net, int Id>
void define_record(const Net& net) {
  using traits = xn::detail::record_traits<typename Net::trace, Id>;
  constexpr xn::record r = Net::records[Id];
  using element = xn::element_t<r.type>;
  static_assert(r.out.elements() * sizeof(element) <= std::int64_t{tensor_bytes} && Id < 6);
  reader<element> in;
  for (int k = 0; k < r.inputs; ++k) {
    in.in[k] = as<element>(tensors[r.from[k]]);
    in.extents.push(Net::records[r.from[k]].out);
  }
  int at = 0;
  for (int y = 0; y < r.out.height; ++y) {
    for (int x = 0; x < r.out.width; ++x) {
      for (int c = 0; c < r.out.channels; ++c, ++at) {
        if constexpr (traits::computes) {
          as<element>(tensors[Id])[at] = static_cast<element>(
              xn::define(traits::op, in, net.template record_views<Id>(), in.extents, y, x, c));
        } else if constexpr (r.kind == xn::role::input) {
          as<element>(tensors[Id])[at] = static_cast<element>(
              sizeof(element) == 1 ? throw_in(-128, 127) : throw_in(-32768, 32767));
        } else {
          as<element>(tensors[Id])[at] = as<element>(tensors[r.from[0]])[at];
        }
      }
    }
  }
}
template <class Net, int... Ids>
void define_all(const Net& net, std::integer_sequence<int, Ids...>) {
  (define_record<Net, Ids>(net), ...);
}

int checks = 0;
int failures = 0;

/// Kernels shared by all layers, or compiled for each.
constexpr xn::target machine(bool specialised) {
  xn::target on = xn::targets::FIRMWARE_TARGET;
  on.specialised = specialised;
  return on;
}

template <xn::target On, xn::planning How, class Model>
void check_planned(const Model& model) {
  const auto net = xn::link<On, How>(model);
  using Net = std::remove_cvref_t<decltype(net)>;
  static_assert(sizeof(typename Net::weights) <= sizeof packed);
  static_assert(sizeof(typename Net::arena) <= sizeof arena);
  auto& weights = *new (packed) typename Net::weights;
  auto& memory = *new (arena) typename Net::arena;
  for (std::byte& b : memory.bytes) b = std::byte{0x5a};
  net.pack(weights);
  constexpr auto in = static_cast<std::size_t>(Net::records[0].out.elements());
  constexpr auto out = static_cast<std::size_t>(Net::records[Net::size - 1].out.elements());
  using element = xn::element_t<Net::records[0].type>;
  const element* const want = as<element>(tensors[Net::size - 1]);
  net.run(weights, memory, std::span<const element, in>(as<element>(tensors[0]), in),
          std::span<element, out>(as<element>(result), out));
  bool same = true;
  for (std::size_t i = 0; i < out; ++i) same = same && as<element>(result)[i] == want[i];
  ++checks;
  if (same) return;
  ++failures;
  const char number[] = {static_cast<char>('0' + checks / 10), static_cast<char>('0' + checks % 10),
                         0};
  platform::print("wrong: check ");
  platform::print(number);
  platform::print(", ");
  platform::print(Net::records[1].name);
  platform::print("\n");
}
template <class Model>
void check(const Model& model) {
  throw_layer();
  const auto net = xn::link<xn::targets::FIRMWARE_TARGET>(model);
  define_all(net, std::make_integer_sequence<int, std::remove_cvref_t<decltype(net)>::size>{});
  check_planned<machine(false), xn::planning{.tile = 1}>(model);
  check_planned<machine(true), xn::planning{.link = false}>(model);
}

template <rounding Round, xn::shape In>
constexpr auto image = xn::input<std::int8_t, In, quantisation{0.05F, 7, Round}>;

template <xn::conv Op, xn::shape In, rounding Round = rounding::twice>
void check_conv() {
  constexpr xn::ohwi order{Op.out, Op.kernel.height, Op.kernel.width, In.channels / Op.groups};
  check(image<Round, In> | xn::conv2d<Op>(views<order, Op.out>()));
}
template <xn::depthwise Op, xn::shape In, rounding Round = rounding::twice>
void check_depthwise() {
  constexpr xn::hwo order{Op.kernel.height, Op.kernel.width, In.channels * Op.multiplier};
  check(image<Round, In> | xn::depthwise2d<Op>(views<order, In.channels * Op.multiplier>()));
}
template <int Out, int In, rounding Round = rounding::twice>
void check_dense() {
  constexpr xn::fc op{.out = Out, .to = {0.4F, 11}};
  check(image<Round, xn::vector(In)> | xn::dense<op>(views<xn::oi{Out, In}, 1>()));
}

/// The same of int16: 16x8, and fractions.
template <xn::shape In, quantisation Q = quantisation{3e-4F}>
constexpr auto wide_image = xn::input<std::int16_t, In, Q>;

void check_wide() {
  constexpr quantisation to{5e-4F};
  check(wide_image<xn::hwc{5, 6, 3}> |
        xn::conv2d<xn::conv{.out = 5, .kernel = {3, 3}, .to = to}>(
            wide_views<xn::ohwi{5, 3, 3, 3}, 5>()) |
        xn::depthwise2d<xn::depthwise{.kernel = {3, 2}, .stride = {2, 1}, .to = to}>(
            wide_views<xn::hwo{3, 2, 5}, 5>()) |
        xn::softmax);
  check(wide_image<xn::vector(604)> |
        xn::dense<xn::fc{.out = 7, .to = to}>(wide_views<xn::oi{7, 604}, 1>()));
  check(wide_image<xn::sequence(20, 3), xn::q15> |
        xn::conv1d<xn::conv_1d{.out = 2, .kernel = 9, .padding = xn::causal}>(
            xn::weights<std::int16_t, xn::oki{2, 9, 3}>(&layer.fractions[0]),
            xn::channel_weights<std::int64_t, 2>(&layer.wide_bias[0])));
}

constexpr quantisation some{0.3F, -9};

void check_all() {
  using xn::hwc;
  check_conv<xn::conv{.out = 8, .to = some}, hwc{3, 5, 16}>();
  check_conv<xn::conv{.out = 7, .to = some}, hwc{3, 5, 32}>();
  check_conv<xn::conv{.out = 3, .to = some}, hwc{2, 3, 19}, rounding::once>();
  check_conv<xn::conv{.out = 1, .to = some}, hwc{1, 1, 1}>();
  check_conv<xn::conv{.out = 16, .kernel = {3, 3}, .to = some}, hwc{6, 7, 3}>();
  check_conv<xn::conv{.out = 5, .kernel = {3, 3}, .to = some}, hwc{6, 6, 16}>();
  check_conv<xn::conv{.out = 12, .kernel = {3, 3}, .stride = {2, 2}, .to = some}, hwc{9, 8, 5}>();
  check_conv<xn::conv{.out = 6, .kernel = {3, 2}, .dilation = {2, 3}, .to = some}, hwc{8, 9, 7}>();
  check_conv<xn::conv{.out = 10, .kernel = {1, 5}, .groups = 2, .to = some}, hwc{4, 9, 6}>();
  check_conv<xn::conv{.out = 12, .groups = 3, .to = some}, hwc{3, 3, 48}, rounding::half_even>();
  check_conv<xn::conv{.out = 9, .kernel = {10, 4}, .stride = {2, 2}, .to = some}, hwc{19, 10, 1}>();
  check_conv<xn::conv{.out = 4, .kernel = {2, 2}, .padding = xn::valid, .to = some}, hwc{4, 4, 8},
             rounding::once>();
  check_depthwise<xn::depthwise{.kernel = {3, 3}, .to = some}, hwc{5, 6, 16}>();
  check_depthwise<xn::depthwise{.kernel = {3, 3}, .to = some}, hwc{5, 5, 13}>();
  check_depthwise<xn::depthwise{.kernel = {3, 3}, .stride = {2, 2}, .to = some}, hwc{7, 8, 8},
                  rounding::once>();
  check_depthwise<xn::depthwise{.kernel = {5, 2}, .dilation = {1, 2}, .to = some}, hwc{8, 7, 9}>();
  check_depthwise<xn::depthwise{.kernel = {2, 4}, .multiplier = 3, .to = some}, hwc{5, 6, 5}>();
  check_depthwise<xn::depthwise{.kernel = {3, 3}, .multiplier = 2, .to = some}, hwc{4, 4, 4},
                  rounding::half_even>();
  check_depthwise<xn::depthwise{.kernel = {1, 1}, .to = some}, hwc{3, 3, 3}>();
  check_depthwise<xn::depthwise{.kernel = {5, 3}, .to = some}, hwc{7, 5, 17}>();
  check_depthwise<xn::depthwise{.kernel = {1, 3}, .to = some}, hwc{2, 5, 8}>();
  check_dense<10, 64>();
  check_dense<13, 37>();
  check_dense<1, 130, rounding::once>();
  constexpr xn::conv same{.out = 11, .kernel = {3, 3}, .to = some};
  check(image<rounding::twice, hwc{5, 7, 11}> |
        xn::residual<quantisation{0.2F, 3}>(xn::conv2d<same>(views<xn::ohwi{11, 3, 3, 11}, 11>())) |
        xn::relu);
  check(image<rounding::once, hwc{4, 5, 11}> |
        xn::residual<quantisation{0.4F, -128}>(
            xn::conv2d<same>(views<xn::ohwi{11, 3, 3, 11}, 11>())));
}

}  // namespace

bool run_application() {
  check_all();
  check_wide();
  platform::print(failures == 0 && checks > 0 ? "all layers are their definitions\n" : "failed\n");
  return failures == 0 && checks > 0;
}
