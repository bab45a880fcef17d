// Models made at compile time from a number: the same expression for the same number, always. Their
// stages, attributes and joins are drawn by a constexpr generator.
#pragma once

#include <catch2/catch.hpp>
#include <numeric>
#include <support/cores.hpp>

namespace xenos_test {

namespace xn = xenos;

/// The `k`-th draw of number `s`, in [0, n).
constexpr int draw(unsigned s, unsigned k, int n) {
  std::uint64_t x =
      (std::uint64_t{s} + 0x51U) * 0x9e3779b97f4a7c15U + (k + 1) * 0xd1b54a32d192ed03U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return static_cast<int>((x >> 33) % static_cast<unsigned>(n));
}
/// A number for a part of the model of number `s`.
constexpr unsigned part(unsigned s, unsigned k) {
  return static_cast<unsigned>(draw(s, 100 + k, 1 << 30));
}

// Attributes. Where a draw does not fit the input, a plainer one is taken.

constexpr int some_channels(unsigned s) {
  constexpr int all[] = {1, 3, 4, 7, 8, 12, 15, 16, 17, 20, 32, 33};
  return all[draw(s, 10, 12)];
}
constexpr xn::extent2 some_kernel(unsigned s) {
  constexpr xn::extent2 all[] = {{1, 1}, {3, 3}, {3, 3}, {2, 2}, {5, 5}, {3, 1}, {1, 4}, {2, 3}};
  return all[draw(s, 11, 8)];
}
constexpr xn::margins some_padding(unsigned s) {
  constexpr xn::margins all[] = {xn::same,  xn::same,   xn::same,
                                 xn::valid, xn::causal, xn::pads(1, 2, 2, 0)};
  return all[draw(s, 12, 6)];
}
constexpr xn::extent2 some_stride(unsigned s, xn::shape in) {
  const auto one = [](int extent, int drawn) { return extent >= 8 ? drawn : 1; };
  return {one(in.height, 1 + draw(s, 13, 3)), one(in.width, 1 + draw(s, 14, 3))};
}
constexpr xn::extent2 some_dilation(unsigned s) {
  return draw(s, 15, 3) == 0 ? xn::extent2{1 + draw(s, 16, 3), 1 + draw(s, 17, 2)} : xn::extent2{};
}

template <class Op>
constexpr Op fitting(Op op, xn::shape in, Op otherwise) {
  return op.check(in) == xn::fault::none ? op : otherwise;
}

constexpr xn::conv pick_conv(unsigned s, xn::shape in, bool keep) {
  xn::conv op{.out = keep ? in.channels : some_channels(s), .kernel = some_kernel(s)};
  if (draw(s, 18, 4) == 0 && in.channels % 4 == 0) {
    op.groups = draw(s, 19, 2) == 0 ? 4 : in.channels;
    if (op.out % op.groups != 0) op.out = op.groups;
  }
  op.dilation = some_dilation(s);
  if (!keep) op.stride = some_stride(s, in), op.padding = some_padding(s);
  return fitting(op, in, {.out = op.out});
}
constexpr xn::depthwise pick_depthwise(unsigned s, xn::shape in, bool keep) {
  xn::depthwise op{.kernel = some_kernel(s), .dilation = some_dilation(s)};
  if (!keep) {
    op.stride = some_stride(s, in), op.padding = some_padding(s);
    if (in.channels <= 12) op.multiplier = 1 + draw(s, 20, 3);
  }
  return fitting(op, in, {.kernel = {3, 3}});
}
template <class Pool>
constexpr Pool pick_pool(unsigned s, xn::shape in, bool keep) {
  Pool op{.kernel = some_kernel(s), .padding = xn::same};
  if (!keep) {
    op.stride = some_stride(s, in);
    if (draw(s, 21, 2) == 0) op.padding = xn::valid;
    if (draw(s, 22, 4) == 0) op.kernel.height = in.height, op.padding = xn::valid;  // accumulates
  }
  return fitting(op, in, Pool{.padding = xn::same});
}
/// Another shape of as many elements.
constexpr xn::shape pick_shape(unsigned s, xn::shape in) {
  const auto all = static_cast<int>(in.elements());
  const auto divisor = [](int of, int from) {
    while (of % from != 0) --from;
    return from;
  };
  const int height = divisor(all, 1 + draw(s, 23, 24));
  const int width = divisor(all / height, 1 + draw(s, 24, 12));
  return {height, width, all / height / width};
}

constexpr xn::transposed_conv pick_transposed(unsigned s, xn::shape in) {
  xn::transposed_conv op{.out = 1 + draw(s, 38, 20),
                         .kernel = some_kernel(s),
                         .stride = {1 + draw(s, 39, 2), 1 + draw(s, 42, 3)},
                         .dilation = some_dilation(s),
                         .padding = some_padding(s)};
  return fitting(op, in, {.out = op.out, .kernel = {2, 2}, .stride = {2, 2}});
}
constexpr xn::slice pick_slice(unsigned s, xn::shape in) {
  xn::slice op{.begin = {draw(s, 43, (in.height + 1) / 2), draw(s, 44, (in.width + 1) / 2),
                         draw(s, 45, (in.channels + 1) / 2)}};
  if (draw(s, 46, 2) == 0) op.size.height = (in.height + 1) / 2;
  if (draw(s, 47, 2) == 0) op.size.channels = (in.channels + 1) / 2;
  return op;
}
/// One, or two, of the axes.
constexpr xn::axes pick_axes(unsigned s) {
  const int one = draw(s, 48, 3);
  const int other = draw(s, 49, 3);
  return {one == 0 || other == 0, one == 1 || other == 1, one == 2 || other == 2};
}
constexpr xn::transpose pick_order(unsigned s) {
  constexpr xn::transpose all[] = {{{1, 0, 2}}, {{0, 2, 1}}, {{2, 0, 1}}, {{2, 1, 0}}};
  return all[draw(s, 52, 4)];
}

/// The context behind an input of shape `In`, and what a node makes of a context.
template <class Context>
struct reached;
template <xn::stream_type What, class... Taps>
struct reached<xn::context<xn::streams<What>, Taps...>> {
  static constexpr xn::shape shape = What.extent;
  static constexpr bool tapped = sizeof...(Taps) > 0;
};
template <class Node, class Context>
using behind = typename Node::template bind<Context>;

template <unsigned S>
auto some_activation() {
  constexpr int kind = draw(S, 30, 9);
  if constexpr (kind == 0) return xn::relu6;
  if constexpr (kind == 1) return xn::relu_n1_to_1;
  if constexpr (kind == 2) return xn::leaky_relu<xn::slope{0.125F}>;
  if constexpr (kind == 3) return xn::sigmoid;
  if constexpr (kind == 4) return xn::tanh;
  if constexpr (kind == 5) return xn::hard_swish;
  if constexpr (kind == 6) return xn::gelu;
  if constexpr (kind == 7) return xn::gelu_tanh;
  if constexpr (kind == 8) return xn::relu;
}

/// One operation on a stream of shape In; with Keep its shape stays.
template <unsigned S, xn::shape In, bool Keep>
auto some_stage() {
  constexpr int kind = draw(S, 31, Keep ? 15 : 27);
  if constexpr (kind < 3) {
    return some_conv<pick_conv(S, In, Keep), In.channels>(S);
  } else if constexpr (kind < 5) {
    return some_conv<pick_conv(S, In, Keep), In.channels>(S) | some_activation<S>();
  } else if constexpr (kind < 7) {
    return some_depthwise<pick_depthwise(S, In, Keep), In.channels>(S) | some_activation<S>();
  } else if constexpr (kind == 7) {
    constexpr auto op = pick_conv(S, In, Keep);
    return some_conv<op, In.channels>(S) | some_batch_norm<op.out>(S) | xn::relu;
  } else if constexpr (kind == 8) {
    return some_batch_norm<In.channels>(S);
  } else if constexpr (kind == 9) {
    return xn::average_pool2d<pick_pool<xn::average_pool>(S, In, Keep)>;
  } else if constexpr (kind == 10) {
    return xn::max_pool2d<pick_pool<xn::max_pool>(S, In, Keep)>;
  } else if constexpr (kind == 11) {
    return some_activation<S>();
  } else if constexpr (kind == 12) {
    if constexpr (In.width == 1 && draw(S, 64, 2) == 0)
      return some_lstm<In.channels, In.channels>(S);
    else if constexpr (In.width == 1)
      return some_dense<In.channels, In.channels>(S);
    else
      return xn::softmax;
  } else if constexpr (kind == 13) {
    return some_prelu<In.channels>(S);
  } else if constexpr (kind == 14) {
    return xn::shuffle_channels<xn::channel_shuffle{std::gcd(In.channels, 2 + draw(S, 53, 5))}>;
  } else if constexpr (kind == 15) {
    return some_conv<pick_conv(S, In, Keep), In.channels>(S) |
           some_batch_norm<pick_conv(S, In, Keep).out>(S);
  } else if constexpr (kind == 16) {
    return xn::pad<xn::zero_pad{draw(S, 32, 3), draw(S, 33, 3), draw(S, 34, 2), draw(S, 35, 3)}>;
  } else if constexpr (kind == 17 && In.elements() < 3000) {
    return xn::reshape<pick_shape(S, In)>;
  } else if constexpr ((kind == 18 || kind == 25) && In.row() < 300 && draw(S, 64, 3) > 0) {
    constexpr int hidden = some_channels(S);
    const auto steps = xn::reshape<xn::sequence(In.height, In.row())>;
    if constexpr (draw(S, 65, 2) == 0)
      return steps | some_lstm<hidden, In.row()>(S);
    else
      return steps | some_gru<hidden, In.row(), draw(S, 66, 2) == 0>(S);
  } else if constexpr (kind == 18 && In.row() < 300) {
    constexpr int out = some_channels(S);
    return xn::reshape<xn::sequence(In.height, In.row())> | some_dense<out, In.row()>(S);
  } else if constexpr (kind == 19 || kind == 20) {
    return some_transposed<pick_transposed(S, In), In.channels>(S) | some_activation<S>();
  } else if constexpr (kind == 21 && In.elements() < 3000) {
    constexpr xn::extent2 factor{1 + draw(S, 54, 3), 1 + draw(S, 55, 3)};
    if constexpr (draw(S, 56, 3) == 0)
      return xn::resize_nearest<xn::nearest{factor}>;
    else
      return xn::resize_bilinear<xn::bilinear{factor, draw(S, 57, 2) == 0}>;
  } else if constexpr (kind == 22) {
    return xn::crop<pick_slice(S, In)>;
  } else if constexpr (kind == 23) {
    if constexpr (draw(S, 58, 2) == 0)
      return xn::reduce_mean<pick_axes(S)>;
    else
      return xn::reduce_min<pick_axes(S)>;
  } else if constexpr (kind == 24) {
    return xn::permute<pick_order(S)>;
  } else {
    return some_conv<pick_conv(S, In, Keep), In.channels>(S);
  }
}

template <unsigned S, xn::shape In>
auto some_body() {
  if constexpr (draw(S, 36, 3) == 0)
    return some_stage<part(S, 1), In, true>();
  else
    return some_stage<part(S, 2), In, true>() | some_stage<part(S, 3), In, true>();
}

template <unsigned S>
auto some_join() {
  if constexpr (draw(S, 37, 5) < 3)
    return xn::add;
  else
    return xn::mul;
}

/// Branches that meet: with concat of different channels, else of one shape, which may shrink.
template <unsigned S, class Context>
auto some_branches() {
  constexpr xn::shape in = reached<Context>::shape;
  constexpr int kind = draw(S, 40, 8);
  if constexpr (kind == 0) {
    return xn::fork(some_body<part(S, 1), in>(), some_body<part(S, 2), in>()) | some_join<S>();
  } else if constexpr (kind == 1) {
    return xn::fork(some_body<part(S, 1), in>(), xn::identity, some_stage<part(S, 2), in, true>()) |
           some_join<S>();
  } else if constexpr (kind == 2) {
    constexpr xn::conv reduce{.out = some_channels(S), .kernel = {3, 3}, .stride = {2, 2}};
    constexpr xn::conv shortcut{.out = reduce.out, .stride = {2, 2}};
    constexpr xn::shape out = reduce.output(in);
    return xn::residual(some_conv<reduce, in.channels>(S) | some_body<part(S, 1), out>(),
                        some_conv<shortcut, in.channels>(S + 1)) |
           xn::relu;
  } else if constexpr (kind == 3) {
    constexpr xn::conv narrow{.out = some_channels(S)};
    return xn::fork(some_conv<narrow, in.channels>(S), some_body<part(S, 1), in>()) | xn::concat;
  } else if constexpr (kind == 4) {
    constexpr xn::conv narrow{.out = 1 + draw(S, 41, 7), .kernel = {3, 1}};
    return xn::fork(some_conv<narrow, in.channels>(S) | some_activation<S>(),
                    xn::max_pool2d<xn::max_pool{.kernel = {3, 3}, .padding = xn::same}>,
                    some_depthwise<xn::depthwise{.kernel = {5, 5}}, in.channels>(S + 2),
                    xn::identity) |
           xn::concat | some_conv<xn::conv{.out = 9}, narrow.out + 3 * in.channels>(S + 3);
  } else if constexpr (kind == 5) {
    return xn::fork(xn::global_average_pool, xn::global_max_pool | xn::sigmoid) | some_join<S>();
  } else if constexpr (kind == 6) {
    constexpr xn::conv even{.out = 2 + 2 * draw(S, 59, 9)};
    constexpr xn::shape half{in.height, in.width, even.out / 2};
    return some_conv<even, in.channels>(S) |
           xn::split_into(xn::identity, some_body<part(S, 1), half>()) | xn::concat |
           xn::shuffle_channels<xn::channel_shuffle{2}>;
  } else {
    return xn::residual(some_body<part(S, 1), in>());
  }
}

/// How often the generator draws what.
enum class flavour { chains, branches, heads, odd };

template <unsigned S, flavour F, class Context>
auto some_block() {
  constexpr xn::shape in = reached<Context>::shape;
  constexpr int branches = F == flavour::branches ? 50 : F == flavour::chains ? 10 : 30;
  constexpr int kind = draw(S, 50, 100);
  if constexpr (kind < branches) {
    return some_branches<S, Context>();
  } else if constexpr (kind < branches + 15 && F != flavour::chains) {
    if constexpr (!reached<Context>::tapped) {
      return xn::tap<"t"> | some_stage<S, in, true>();
    } else {
      constexpr xn::shape tap = behind<decltype(xn::from<"t">), Context>::count == 1
                                    ? reached<behind<decltype(xn::from<"t">), Context>>::shape
                                    : in;
      if constexpr (tap == in)
        return xn::fork(xn::identity, xn::from<"t">) | some_join<S>();
      else if constexpr (tap.height == in.height && tap.width == in.width)
        return xn::fork(xn::from<"t">, xn::identity) | xn::concat;
      else
        return some_stage<S, in, false>();
    }
  } else if constexpr (kind > 92) {
    return some_stage<S, in, true>() | xn::unlink | some_activation<S>();
  } else {
    return some_stage<S, in, false>();
  }
}

/// The end of a model: heads or nothing.
template <unsigned S, flavour F, class Context>
auto some_end() {
  constexpr xn::shape in = reached<Context>::shape;
  constexpr int kind = draw(S, 51, F == flavour::heads ? 4 : 8);
  constexpr bool small = in.elements() < 4000;
  if constexpr (kind == 0) {
    return xn::outputs(xn::global_average_pool | some_dense<10, in.channels>(S) | xn::softmax,
                       some_stage<part(S, 1), in, false>(), xn::identity);
  } else if constexpr (kind == 1 && small) {
    return xn::outputs(xn::flatten | some_dense<7, int(in.elements())>(S),
                       some_body<part(S, 2), in>());
  } else if constexpr (kind == 2) {
    return xn::outputs(some_activation<S>(), some_activation<S + 1>() | xn::unlink | xn::softmax,
                       xn::global_max_pool | xn::tanh, xn::identity);
  } else if constexpr (kind < 5 && small) {
    return xn::flatten | xn::relu6 | some_dense<12, int(in.elements())>(S) | xn::softmax;
  } else if constexpr (kind < 6) {
    return xn::global_average_pool | some_dense<33, in.channels>(S) | xn::hard_swish |
           some_dense<5, 33>(S + 1) | xn::softmax;
  } else {
    return xn::identity;
  }
}

template <unsigned S, flavour F, int Left, class Context>
auto grow() {
  if constexpr (Left == 0) {
    return some_end<S, F, Context>();
  } else {
    const auto block = some_block<S, F, Context>();
    using next = behind<std::remove_cvref_t<decltype(block)>, Context>;
    return block | grow<part(S, 4), F, Left - 1, next>();
  }
}

constexpr xn::shape some_input(unsigned s) {
  constexpr int widths[] = {1, 4, 5, 8, 9, 12, 16, 17};
  return {3 + draw(s, 60, 18), widths[draw(s, 61, 8)], some_channels(s) % 18};
}
constexpr xn::shape at_least_one(xn::shape in) { return {in.height, in.width, in.channels + 1}; }

/// The model of number S: one to three inputs, one to four outputs.
template <unsigned S, flavour F>
auto random_model() {
  constexpr xn::shape in = at_least_one(some_input(S));
  constexpr int blocks = 2 + draw(S, 62, 3);
  constexpr int inputs = F == flavour::odd ? draw(S, 63, 3) : 0;
  const auto whole = [](auto start) {
    using context = typename decltype(start)::end;
    return start | grow<part(S, 5), F, blocks, context>();
  };
  if constexpr (inputs == 1) {
    return whole(
        xn::fork(xn::input<float, in> | some_body<part(S, 6), in>(), xn::input<float, in, 1>) |
        some_join<S>());
  } else if constexpr (inputs == 2) {
    constexpr xn::shape other{in.height, in.width, 5};
    return whole(xn::fork(xn::input<float, in, 2>, xn::input<float, other, 0> | xn::tanh,
                          xn::input<float, in, 1> | some_stage<part(S, 7), in, true>()) |
                 xn::concat);
  } else {
    return whole(xn::input<float, in> | some_stage<S, in, false>());
  }
}

inline constexpr auto generic_small = xn::targets::generic.with_scratchpad(16 * 1024);
inline constexpr auto cortex_small =
    xn::targets::cortex_m4.with_scratchpad(8 * 1024).with_memory(16 * 1024 * 1024);

/// Another plan for the same kernels: smaller scratchpads, forced tiles, no links, several cores.
template <int Which>
struct host_variant {
  static constexpr xn::bytes_t kilobytes = Which == 0 ? 64 : Which == 1 ? 16 : 512;
  static constexpr xn::target on = xn::targets::host.with_scratchpad(kilobytes * 1024);
  static constexpr xn::planning policy{.link = Which != 2, .tile = Which > 2 ? Which - 2 : 0};
};
template <int Cores>
struct split_variant {
  static constexpr xn::target on = [] {
    xn::target t = xn::targets::host.with_cores(Cores);
    t.barrier_cycles = t.step_cycles = 1;  // splitting pays in small models too
    t.exchange_bytes_per_cycle = 1000;
    return t;
  }();
};
template <>
struct host_variant<6> : split_variant<2> {
  static constexpr auto policy = xn::split::rows;
};
template <>
struct host_variant<7> : split_variant<3> {
  static constexpr auto policy = xn::split::columns;
};
template <>
struct host_variant<8> : split_variant<4> {
  static constexpr auto policy = xn::split::output_channels;
};
template <>
struct host_variant<9> : split_variant<4> {
  static constexpr auto policy = xn::split::grid;
};
template <>
struct host_variant<10> : split_variant<7> {
  static constexpr auto policy = xn::split::paper;
};
template <>
struct host_variant<11> : split_variant<8> {
  static constexpr auto policy = xn::split::automatic;
};
template <>
struct host_variant<12> : split_variant<2> {
  static constexpr auto policy = xn::split::pipeline;
};

/// One model on two targets against the reference, and bit by bit against itself on the host when
/// it is planned otherwise; on threads where that plan is split.
template <unsigned S, flavour F>
void check_random_model() {
  INFO("model " << S);
  const auto model = random_model<S, F>();
  const auto net = xn::link<xn::targets::host>(model);
  using net_type = std::remove_cvref_t<decltype(net)>;
  static_assert(net_type::size >= 4);
  const buffers in = random_inputs<net_type>(S);
  const auto want = reference_outputs(net, in);
  const buffers host = run_model<xn::targets::host>(model, in);
  CHECK(difference(host, want) == "");
  constexpr xn::target small = S % 2 == 0 ? generic_small : cortex_small;
  CHECK(difference(run_model<small>(model, in), want) == "");
  using other = host_variant<S % 13>;
  CHECK(same_bits(run_model<other::on, other::policy>(model, in), host));
  if constexpr (other::on.cores > 1) {
    CHECK(same_bits(run_on_threads(xn::link<other::on, other::policy>(model), in, 2), host));
  }
}

template <flavour F, unsigned... S>
void check_models() {
  (check_random_model<S, F>(), ...);
}

}  // namespace xenos_test
