#include "ours.hpp"

struct mobilenetv1_025_96 {
  using weights = models::mobilenet_weights<25, 2>;
  static constexpr auto expression(const weights& w) { return models::mobilenet<96>(w); }
};

int main(int argc, char** argv) { return peers::contest_of<mobilenetv1_025_96>(argc, argv); }
