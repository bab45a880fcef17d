// xenos as a contestant: the program of one network, bench::networks::XENOS_NETWORK.
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>
#include <xenos/exec/threads.hpp>
#include <xenos/xenos.hpp>

#include "../support/int8_networks.hpp"
#include "../support/networks.hpp"
#include "contest.hpp"
#include "describe.hpp"

namespace peers {

namespace xn = xenos;

/// A network with weights: a model as `link` takes it.
template <class Network>
struct model {
  const typename Network::weights& weights;
  constexpr auto operator()() const { return Network::expression(weights); }
};

/// What a network is planned by: on several cores its own policy, if it has one.
template <class Network, int Cores>
constexpr auto policy_of() {
  if constexpr (Cores > 1 && requires { Network::split; }) {
    return Network::split;
  } else {
    return xn::planning{};
  }
}

/// A network linked for `Cores` cores, ready to run.
template <class Network, int Cores>
struct contestant {
  using program =
      decltype(xn::link<xn::targets::host.with_cores(Cores), policy_of<Network, Cores>()>(
          std::declval<const model<Network>&>()));
  using input = typename program::template input_buffer<>;
  template <int Port>
  using output = typename program::template output_buffer<Port>;
  static constexpr int outputs = program::outputs;

  explicit contestant(const typename Network::weights& views) : net(model<Network>{views}()) {
    net.pack(*weights);
  }
  program net;
  std::unique_ptr<typename program::weights> weights =
      std::make_unique<typename program::weights>();
  std::unique_ptr<typename program::arena> arena = std::make_unique<typename program::arena>();
};

/// `Network` is {weights, expression(weights)}. Weights and input are the same in every program.
template <class Network>
class ours {
  using one_core = contestant<Network, 1>;
  using two_cores = contestant<Network, 2>;
  using input = typename one_core::input;

 public:
  ours(const std::string&, int threads) : pool_(threads) {
    if (threads == 1) one_ = std::make_unique<one_core>(weights_);
    if (threads == 2) two_ = std::make_unique<two_cores>(weights_);
  }
  static std::string version() {
    std::string text = "xenos " + std::to_string(XENOS_VERSION_MAJOR) + '.' +
                       std::to_string(XENOS_VERSION_MINOR) + '.' +
                       std::to_string(XENOS_VERSION_PATCH);
#ifdef __clang__
    return text + ", clang " + __clang_version__;
#else
    return text + ", g++ " + __VERSION__;
#endif
  }
  void run() { run(std::make_integer_sequence<int, one_core::outputs>{}); }
  [[nodiscard]] std::vector<float> output_values() const {
    return {output_.begin(), output_.end()};
  }
  void describe(const std::string& path) const { peers::describe(one_->net, input_, path); }

 private:
  template <int... Ports>
  void run(std::integer_sequence<int, Ports...>) {
    const input in(input_.template first<input::extent>());
    if (one_) {
      one_->net.run(*one_->weights, *one_->arena, in, output<Ports>()...);
    } else {
      two_->net.run_on(pool_, *two_->weights, *two_->arena, in, output<Ports>()...);
    }
  }
  /// Elements of the outputs before `Port`.
  template <int Port>
  static constexpr std::size_t elements_before() {
    if constexpr (Port == 0) {
      return 0;
    } else {
      return elements_before<Port - 1>() + one_core::template output<Port - 1>::extent;
    }
  }
  template <int Port>
  auto output() {
    using buffer = typename one_core::template output<Port>;
    return buffer(output_.data() + elements_before<Port>(), buffer::extent);
  }

  using element = std::remove_const_t<typename input::element_type>;
  static constexpr bool integers = !std::is_same_v<element, float>;
  std::conditional_t<integers, bench::seeded_integers, models::seeded> make_{1};
  typename Network::weights weights_ = [this] {
    typename Network::weights views;
    if constexpr (integers) {
      Network::fill(make_, views);
    } else {
      bench::fill(make_, views);
    }
    return views;
  }();
  std::span<const element> input_ = [this] {
    if constexpr (integers) {
      return std::span(make_.template values<element>(input::extent, 127), input::extent);
    } else {
      return make_.values(input::extent, 1);
    }
  }();
  // All outputs, one behind the other.
  std::vector<element> output_ = std::vector<element>(elements_before<one_core::outputs>());
  xn::thread_pool pool_;
  std::unique_ptr<one_core> one_;
  std::unique_ptr<two_cores> two_;
};

}  // namespace peers

// As every contestant (contest.hpp), and
//   program describe FOLDER/NETWORK  writes the network's description
int main(int argc, char** argv) {
  using contestant = peers::ours<bench::networks::XENOS_NETWORK>;
  if (argc == 3 && std::string(argv[1]) == "describe") {
    contestant("", 1).describe(argv[2]);
    return 0;
  }
  return peers::contest<contestant>(argc, argv);
}
