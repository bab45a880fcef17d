#include "ours.hpp"

struct mobilenetv2 {
  using weights = models::mobilenet_v2_weights<100, 1000>;
  static constexpr auto expression(const weights& w) { return models::mobilenet_v2<224>(w); }
};

int main(int argc, char** argv) { return peers::contest_of<mobilenetv2>(argc, argv); }
