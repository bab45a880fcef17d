// Times candidate plans of a network with seeded weights.
#pragma once

#include <xenos/report/tune.hpp>

#include "networks.hpp"

namespace bench {

/// As `xenos::time_candidates`, of a network of networks.hpp.
template <class Network, class... Candidates>
auto time_network(int passes, int runs) {
  models::seeded make(1);
  typename Network::weights views;
  fill(make, views);
  return xenos::time_candidates<Candidates...>(Network::expression(views), passes, runs);
}

}  // namespace bench
