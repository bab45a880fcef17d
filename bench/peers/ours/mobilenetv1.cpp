#include "ours.hpp"

struct mobilenetv1 {
  using weights = models::mobilenet_weights<100, 1000>;
  static constexpr auto expression(const weights& w) { return models::mobilenet<224>(w); }
};

int main(int argc, char** argv) { return peers::contest_of<mobilenetv1>(argc, argv); }
