// Models of integers against the definitions of their stages, bit by bit.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <support/quantised.hpp>
#include <utility>
#include <vector>
#include <xenos/xenos.hpp>

namespace xenos_test {

namespace xn = xenos;

/// What definitions read: whole tensors.
template <class T>
struct reader {
  using value_type = T;
  const std::vector<double>* in[xn::max_streams] = {};
  xn::shapes extents{};
  [[nodiscard]] xn::shape extent(int input) const { return extents[input]; }
  T operator()(int input, int y, int x, int c) const {
    const xn::shape s = extents[input];
    const bool inside = y >= 0 && y < s.height && x >= 0 && x < s.width && c >= 0 && c < s.channels;
    if (!inside) FAIL("a definition reads outside the image");
    return static_cast<T>((*in[input])[(std::size_t(y) * s.width + x) * s.channels + c]);
  }
};

template <class Net, int Id>
void define_record(const Net& net, const std::vector<double>& input,
                   std::vector<std::vector<double>>& tensors) {
  using traits = xn::detail::record_traits<typename Net::trace, Id>;
  constexpr xn::record r = Net::records[Id];
  if constexpr (traits::computes) {
    reader<xn::element_t<Net::records[r.from[0]].type>> in;
    for (int k = 0; k < r.inputs; ++k) {
      in.in[k] = &tensors[std::size_t(r.from[k])];
      in.extents.push(Net::records[r.from[k]].out);
    }
    std::vector<double> values;
    for (int y = 0; y < r.out.height; ++y) {
      for (int x = 0; x < r.out.width; ++x) {
        for (int c = 0; c < r.out.channels; ++c) {
          const auto& views = net.template record_views<Id>();
          values.push_back(double(xn::define(traits::op, in, views, in.extents, y, x, c)));
        }
      }
    }
    tensors.push_back(values);
  } else if (r.kind == xn::role::input) {
    tensors.push_back(input);
  } else {
    tensors.push_back(std::vector<double>(tensors[std::size_t(r.from[0])]));
  }
}
/// What the definitions of a model's stages make of one input, by record.
using record_tensors = std::vector<std::vector<double>>;

template <class Net, int... Ids>
record_tensors define_records(const Net& net, const std::vector<double>& input,
                              std::integer_sequence<int, Ids...>) {
  record_tensors tensors;
  (define_record<Net, Ids>(net, input, tensors), ...);
  return tensors;
}
template <class Net>
record_tensors define_records(const Net& net, const std::vector<double>& input) {
  return define_records(net, input, std::make_integer_sequence<int, Net::size>{});
}
/// What a program makes of it, in an arena of rubbish; `probe` sees the rows, but where a transport
/// brings parameters.
template <class Net, class Probe = xn::no_probe>
std::vector<double> run_net(const Net& net, const std::vector<double>& input, Probe&& probe = {}) {
  CHECK(xn::verify(Net::records, Net::on, Net::plan).what == xn::flaw::none);
  constexpr xn::record first = Net::records[0];
  constexpr xn::record last = Net::records[Net::size - 1];
  const std::vector<xn::element_t<first.type>> in(input.begin(), input.end());
  std::vector<xn::element_t<last.type>> out(std::size_t(last.out.elements()));
  const auto weights = std::make_unique<typename Net::weights>();
  net.pack(*weights);
  const auto arena = std::make_unique<typename Net::arena>();
  for (std::byte& b : arena->bytes) b = std::byte{0x5a};
  const typename Net::template input_buffer<> from(in);
  const typename Net::template output_buffer<> to(out);
  if constexpr (Net::plan.rounds > 0) {
    xn::copy_transport by;
    CHECK(net.run_with(by, *weights, *arena, from, to).has_value());
  } else {
    net.run_probed(probe, *weights, Net::tiers(*arena), from, to);
  }
  return {out.begin(), out.end()};
}
template <class Net>
std::vector<double> random_input() {
  constexpr xn::record first = Net::records[0];
  using element = std::conditional_t<(first.type == xn::dtype::i16 || first.type == xn::dtype::i32),
                                     xn::element_t<first.type>, std::int8_t>;
  const auto some = random_integers<element>(std::size_t(first.out.elements()));
  return {some.begin(), some.end()};
}

/// A stage of a serial program with a row that is not as defined, or "". Rows that nothing reads
/// are not computed.
template <class Net>
std::string difference(const Net& net, const std::vector<double>& input,
                       const record_tensors& want) {
  std::string where;
  const auto out = run_net(net, input, [&](int record, int row, auto values) {
    const auto first = want[std::size_t(record)].begin() + row * std::ptrdiff_t(values.size());
    if (!std::equal(values.begin(), values.end(), first)) where = Net::records[record].name;
  });
  return out == want.back() ? where : "output, " + where;
}

/// One random image through `nets`, which are plans of one model, and through its definitions.
template <class First, class... Others>
void check_net(const First& net, const Others&... nets) {
  const std::vector<double> input = random_input<First>();
  const std::vector<double> want = define_records(net, input).back();
  const auto check_one = [&](const auto& one) { CHECK(run_net(one, input) == want); };
  check_one(net);
  (check_one(nets), ...);
}

/// Cores that split small models too.
constexpr xn::target cheap_cores(int n) {
  xn::target t = xn::targets::host.with_cores(n);
  t.barrier_cycles = t.step_cycles = 10;
  t.exchange_bytes_per_cycle = 1000;
  return t;
}

/// The model as a whole, with nothing fused or linked, in narrow vectors, and shared among cores.
template <class Model>
void check(const Model& model) {
  constexpr auto host = xn::targets::host;
  constexpr auto narrow = [] {
    auto t = xn::targets::host;
    t.vector_bytes = 16;
    return t;
  }();
  check_net(xn::link<host>(model),
            xn::link<host, xn::planning{.fuse = false, .link = false}>(model),
            xn::link<narrow>(model), xn::link<cheap_cores(3), xn::split::rows>(model));
}
template <class Model>
void check_splits(const Model& model) {
  check_net(xn::link<cheap_cores(3), xn::split::columns>(model),
            xn::link<cheap_cores(2), xn::split::output_channels>(model));
}

}  // namespace xenos_test
