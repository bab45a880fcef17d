// Streams of a model against the same model linked for whole images: equal bit by bit.
#pragma once

#include <catch2/catch.hpp>
#include <support/dice.hpp>
#include <support/run.hpp>

namespace xenos_test {

namespace xn = xenos;

/// Collects the rows of all outputs.
template <int Outputs>
struct collector {
  buffers rows = buffers(Outputs);

  template <std::size_t Length>
  void operator()(std::span<const float, Length> row) {
    rows[0].insert(rows[0].end(), row.begin(), row.end());
  }
  template <int Port, std::size_t Length>
  void operator()(std::integral_constant<int, Port>, std::span<const float, Length> row) {
    rows[Port].insert(rows[Port].end(), row.begin(), row.end());
  }
};

namespace detail {

template <class Net, std::size_t... I>
bool push_rows(const Net& net, const typename Net::parameter_block& packed,
               typename Net::state& state, typename Net::scratch& scratch, const buffers& in,
               std::size_t first, std::size_t rows, collector<Net::outputs>& sink,
               std::index_sequence<I...>) {
  return net
      .push(packed, state, scratch,
            std::span<const float>(in[I]).subspan(first * Net::template input_length<int(I)>,
                                                  rows * Net::template input_length<int(I)>)...,
            sink)
      .has_value();
}

}  // namespace detail

/// One stream, its rows so far, and what it shall read. Rings begin full of NaN.
template <class Net>
struct running {
  const Net& net;
  const buffers& in;
  std::size_t height;
  std::unique_ptr<typename Net::state> state = std::make_unique<typename Net::state>();
  collector<Net::outputs> sink{};
  std::size_t pushed = 0;

  running(const Net& of, const buffers& rows) : net(of), in(rows) {
    height = in[0].size() / Net::template input_length<0>;
    spoil();
  }
  void spoil() { std::memset(state->rings, 0xff, sizeof state->rings); }
  void restart() {
    state->reset();
    spoil();
    sink = {};
    pushed = 0;
  }
  [[nodiscard]] bool done() const { return pushed == height; }

  bool push(const typename Net::parameter_block& packed, typename Net::scratch& scratch,
            std::size_t rows) {
    rows = std::min(rows, height - pushed);
    const bool good = detail::push_rows(net, packed, *state, scratch, in, pushed, rows, sink,
                                        std::make_index_sequence<std::size_t(Net::inputs)>{});
    pushed += rows;
    return good;
  }
  bool finish(const typename Net::parameter_block& packed, typename Net::scratch& scratch) {
    return net.finish(packed, *state, scratch, sink).has_value();
  }
};

/// Weights and scratch of a live program; the scratch begins full of NaN.
template <class Net>
struct live_memory {
  std::unique_ptr<typename Net::weights> packed = std::make_unique<typename Net::weights>();
  std::unique_ptr<typename Net::scratch> scratch = std::make_unique<typename Net::scratch>();

  explicit live_memory(const Net& net) {
    net.pack(*packed);
    std::memset(scratch->bytes, 0xff, sizeof scratch->bytes);
  }
};

/// Streams of `live` on the inputs `in` and `other`, which have results `want` and `wanted`:
/// interleaved, with chunks of any size, copied half-way, and again after a reset.
template <class Net>
void check_streams(const Net& live, const buffers& in, const buffers& want, const buffers& other,
                   const buffers& wanted, dice& roll) {
  const live_memory<Net> memory(live);
  auto& scratch = *memory.scratch;
  running<Net> a(live, in);
  running<Net> b(live, other);
  running<Net> copy(live, in);
  const auto half = std::size_t(roll.between(0, int(a.height)));
  const auto chunk = [&] { return std::size_t(roll.chance(50) ? 1 : roll.between(1, 9)); };
  const auto save = [&] {  // the bytes are the stream
    std::memcpy(static_cast<void*>(copy.state.get()), a.state.get(), sizeof *copy.state);
    copy.sink = a.sink;
    copy.pushed = half;
  };
  bool good = true;
  while (!a.done() || !b.done()) {
    if (a.pushed == half) save();
    const std::size_t most = a.pushed < half ? half - a.pushed : a.height - a.pushed;
    if (!a.done()) good = good && a.push(*memory.packed, scratch, std::min(chunk(), most));
    if (!b.done()) good = good && b.push(*memory.packed, scratch, chunk());
  }
  if (half == a.height) save();
  while (!copy.done()) good = good && copy.push(*memory.packed, scratch, chunk());
  for (auto* one : {&a, &b, &copy}) good = good && one->finish(*memory.packed, scratch);
  CHECK(good);
  CHECK(same_bits(a.sink.rows, want));
  CHECK(same_bits(b.sink.rows, wanted));
  CHECK(same_bits(copy.sink.rows, want));
  a.restart();
  while (!a.done()) good = good && a.push(*memory.packed, scratch, 1);
  CHECK((good && a.finish(*memory.packed, scratch)));
  CHECK(same_bits(a.sink.rows, want));
}

/// `make<T>()` is the model for T rows. Streams T rows and compares with the model linked for T.
template <int T, class Make, class Net>
void check_rows(const Make& make, const Net& live, dice& roll) {
  INFO("rows " << T);
  const auto net = xn::link<xn::targets::host>(make.template operator()<T>());
  using net_type = std::remove_cvref_t<decltype(net)>;
  static_assert(std::is_convertible_v<const typename net_type::weights&,
                                      const typename Net::parameter_block&>,
                "one block of weights serves both");
  const buffers in = random_inputs<net_type>(T);
  const buffers other = random_inputs<net_type>(T + 1000);
  check_streams(live, in, run_program(net, in), other, run_program(net, other), roll);
}

/// Too few rows for any row of output.
template <class Net>
void check_too_short(const Net& live, int rows) {
  INFO("rows " << rows);
  const live_memory<Net> memory(live);
  buffers in;
  in.resize(std::size_t(Net::inputs));
  in[0].assign(std::size_t(rows) * Net::template input_length<0>, 1.0F);
  running<Net> one(live, in);
  while (!one.done()) CHECK(one.push(*memory.packed, *memory.scratch, 1));
  CHECK(one.finish(*memory.packed, *memory.scratch));
  for (const auto& output : one.sink.rows) CHECK(output.empty());
}

template <int... T, class Make>
void check_streaming(const Make& make) {
  const auto live = xn::stream<xn::targets::host>(make.template operator()<xn::unbounded>());
  using net_type = std::remove_cvref_t<decltype(live)>;
  static_assert(std::is_trivially_copyable_v<typename net_type::state>);
  INFO("XENOS_SEED=" << std::hex << seed() << std::dec);
  dice roll(seed(), sizeof...(T));
  (check_rows<T>(make, live, roll), ...);
}

}  // namespace xenos_test
