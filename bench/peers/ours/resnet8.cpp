#include "ours.hpp"

struct resnet8 {
  using weights = models::resnet8_weights;
  static constexpr auto expression(const weights& w) { return models::resnet8(w); }
};

int main(int argc, char** argv) { return peers::contest_of<resnet8>(argc, argv); }
