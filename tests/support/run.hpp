// Runs linked programs on generated data.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <support/reference.hpp>
#include <support/seed.hpp>
#include <xenos/xenos.hpp>

namespace xenos_test {

/// Pseudo-random numbers in [-1, 1), the same on every machine.
struct noise {
  std::uint64_t state;

  constexpr float operator()() {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const auto high = static_cast<std::int32_t>(state >> 32U);
    return static_cast<float>(high >> 8) / 8388608.0F;
  }
};

/// Elements of one bank of weights.
inline constexpr std::size_t bank_size = 1U << 16U;

/// Weights for tests: values in [-scale, scale), `scale` chosen so that a sum over `taps` products
/// keeps the size of its inputs. All views share the banks, at offsets given by `salt`.
inline const float* bank(int taps) {
  struct storage {
    std::array<std::array<float, bank_size>, 7> at;
    storage() {
      noise next{seed()};
      float scale = 1.5F;
      for (auto& one : at) {
        for (float& value : one) value = scale * next();
        scale /= 2;
      }
    }
  };
  static const storage all;
  std::size_t which = 0;
  for (; taps >= 4 && which < 6; taps /= 4) ++which;
  return all.at[which].data();
}

/// A view with storage order `Order` into the banks.
template <auto Order>
auto some_weights(unsigned salt = 0) {
  using view = xenos::weights<float, Order>;
  static_assert(view::size < bank_size);
  const int taps = static_cast<int>(view::size) / view::extents.out;
  return view(bank(taps) + (salt * 7919U) % (bank_size - view::size));
}

/// Values in [0.5, 1.5): scales and variances.
template <int Channels>
auto some_scales(unsigned salt = 0) {
  struct storage {
    std::array<float, 4096> at;
    storage() {
      noise next{seed() + 1};
      for (float& value : at) value = 1.0F + 0.5F * next();
    }
  };
  static const storage all;
  static_assert(Channels < 2048);
  return xenos::channel_weights<float, Channels>(all.at.data() + (salt * 31U) % 2048U);
}

// Stages with weights from the banks.

template <xenos::conv Op, int In>
auto some_conv(unsigned salt = 0) {
  constexpr xenos::ohwi order{Op.out, Op.kernel.height, Op.kernel.width, In / Op.groups};
  return xenos::stage_of<Op>(some_weights<order>(salt),
                             some_weights<xenos::per_channel{Op.out}>(salt + 1));
}
template <xenos::transposed_conv Op, int In>
auto some_transposed(unsigned salt = 0) {
  constexpr xenos::ohwi order{Op.out, Op.kernel.height, Op.kernel.width, In / Op.groups};
  return xenos::stage_of<Op>(some_weights<order>(salt),
                             some_weights<xenos::per_channel{Op.out}>(salt + 1));
}
template <xenos::depthwise Op, int In>
auto some_depthwise(unsigned salt = 0) {
  constexpr int out = In * Op.multiplier;
  return xenos::stage_of<Op>(some_weights<xenos::hwo{Op.kernel.height, Op.kernel.width, out}>(salt),
                             some_weights<xenos::per_channel{out}>(salt + 1));
}
template <int Out, int In>
auto some_dense(unsigned salt = 0) {
  return xenos::stage_of<xenos::fc{.out = Out}>(some_weights<xenos::oi{Out, In}>(salt),
                                                some_weights<xenos::per_channel{Out}>(salt + 1));
}
template <int Hidden, int In>
auto some_lstm(unsigned salt = 0) {
  return xenos::lstm<xenos::lstm_attributes{.hidden = Hidden}>(
      some_weights<xenos::oi{4 * Hidden, In}>(salt),
      some_weights<xenos::oi{4 * Hidden, Hidden}>(salt + 1),
      some_weights<xenos::per_channel{4 * Hidden}>(salt + 2));
}
template <int Hidden, int In, bool ResetAfter = true>
auto some_gru(unsigned salt = 0) {
  constexpr xenos::gru_attributes op{.hidden = Hidden, .reset_after = ResetAfter};
  const auto input = some_weights<xenos::oi{3 * Hidden, In}>(salt);
  const auto recurrent = some_weights<xenos::oi{3 * Hidden, Hidden}>(salt + 1);
  const auto bias = some_weights<xenos::per_channel{3 * Hidden}>(salt + 2);
  if constexpr (ResetAfter) {
    return xenos::gru<op>(input, recurrent, bias,
                          some_weights<xenos::per_channel{3 * Hidden}>(salt + 3));
  } else {
    return xenos::gru<op>(input, recurrent, bias);
  }
}
template <int Channels>
auto some_batch_norm(unsigned salt = 0) {
  constexpr xenos::per_channel order{Channels};
  return xenos::stage_of<xenos::batch_norm_attributes{}>(
      some_scales<Channels>(salt), some_weights<order>(salt + 1), some_weights<order>(salt + 2),
      some_scales<Channels>(salt + 3));
}
template <int Channels>
auto some_layer_norm(unsigned salt = 0) {
  return xenos::layer_norm<>(some_scales<Channels>(salt),
                             some_weights<xenos::per_channel{Channels}>(salt + 1));
}
template <int Channels>
auto some_rms_norm(unsigned salt = 0) {
  return xenos::rms_norm<>(some_scales<Channels>(salt));
}
template <int Channels>
auto some_prelu(unsigned salt = 0) {
  return xenos::prelu(some_weights<xenos::per_channel{Channels}>(salt));
}

/// Random inputs of a model, by port.
template <class Net>
buffers random_inputs(std::uint64_t salt = 0) {
  buffers inputs(static_cast<std::size_t>(Net::inputs));
  noise next{seed() + salt * 977 + 13};
  for (int id = 0; id < Net::size; ++id) {
    const xenos::record& r = Net::records[id];
    if (r.kind != xenos::role::input) continue;
    auto& values = inputs[static_cast<std::size_t>(r.port)];
    values.resize(static_cast<std::size_t>(r.out.elements()));
    for (float& value : values) value = next();
  }
  return inputs;
}

/// Output buffers of a model, filled with a value that no run may leave.
template <class Net>
buffers make_outputs() {
  buffers outputs(static_cast<std::size_t>(Net::outputs));
  for (int id = 0; id < Net::size; ++id) {
    const xenos::record& r = Net::records[id];
    if (r.kind != xenos::role::output) continue;
    outputs[static_cast<std::size_t>(r.port)].assign(static_cast<std::size_t>(r.out.elements()),
                                                     -12345.0F);
  }
  return outputs;
}

namespace detail {

template <class Net, std::size_t... I, std::size_t... O>
void run_on(const Net& net, const typename Net::weights& packed, xenos::arena_tiers arena,
            const buffers& in, buffers& out, std::index_sequence<I...>, std::index_sequence<O...>) {
  net.run(packed, arena, typename Net::template input_buffer<I>(in.at(I))...,
          typename Net::template output_buffer<O>(out.at(O))...);
}

}  // namespace detail

/// One run on tiers of the caller's.
template <class Net>
void run_on(const Net& net, const typename Net::weights& packed, xenos::arena_tiers arena,
            const buffers& in, buffers& out) {
  detail::run_on(net, packed, arena, in, out, std::make_index_sequence<std::size_t(Net::inputs)>{},
                 std::make_index_sequence<std::size_t(Net::outputs)>{});
}

/// One run with weights packed now and an arena full of NaN.
template <class Net>
buffers run_program(const Net& net, const buffers& in) {
  const auto packed = std::make_unique<typename Net::weights>();
  net.pack(*packed);
  const auto arena = std::make_unique<typename Net::arena>();
  std::memset(arena->bytes, 0xff, sizeof arena->bytes);
  buffers out = make_outputs<Net>();
  run_on(net, *packed, Net::tiers(*arena), in, out);
  return out;
}

/// Runs `model` on target `On` with policy `Policy`; the plan is proved when this compiles.
template <xenos::target On, auto Policy = xenos::planning{}, class Expression>
buffers run_model(const Expression& model, const buffers& in) {
  const auto net = xenos::link<On, Policy>(model);
  using net_type = std::remove_cvref_t<decltype(net)>;
  static_assert(xenos::verify(net_type::records, On, net_type::plan).what == xenos::flaw::none);
  return run_program(net, in);
}

/// Runs a small model linked for the host; the first difference from the reference, or nothing.
template <class Expression>
std::string check_fused(const Expression& model, const buffers& in) {
  const auto net = xenos::link<xenos::targets::host>(model);
  return difference(run_program(net, in), reference_outputs(net, in));
}
template <class Expression>
std::string check_fused(const Expression& model) {
  using net = decltype(xenos::link<xenos::targets::host>(model));
  return check_fused(model, random_inputs<net>());
}

/// The same, then without fusion and for one row a step.
template <class Expression>
std::string check_model(const Expression& model, const buffers& in) {
  const std::string fused = check_fused(model, in);
  if (!fused.empty()) return "fused: " + fused;
  constexpr xenos::planning plain{.fuse = false, .tile = 1};
  const auto net = xenos::link<xenos::targets::host, plain>(model);
  using net_type = std::remove_cvref_t<decltype(net)>;
  static_assert(xenos::verify(net_type::records, net_type::on, net_type::plan).what ==
                xenos::flaw::none);
  const std::string text = difference(run_program(net, in), reference_outputs(net, in));
  return text.empty() ? text : "unfused: " + text;
}
template <class Expression>
std::string check_model(const Expression& model) {
  using net = decltype(xenos::link<xenos::targets::host>(model));
  return check_model(model, random_inputs<net>());
}

}  // namespace xenos_test
