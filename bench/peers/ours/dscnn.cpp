#include "ours.hpp"

struct dscnn {
  using weights = models::ds_cnn_weights;
  static constexpr auto expression(const weights& w) { return models::ds_cnn(w); }
};

int main(int argc, char** argv) { return peers::contest_of<dscnn>(argc, argv); }
