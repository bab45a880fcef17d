#include "ours.hpp"

struct fc_autoencoder {
  using weights = models::fc_autoencoder_weights;
  static constexpr auto expression(const weights& w) { return models::fc_autoencoder(w); }
};

int main(int argc, char** argv) { return peers::contest_of<fc_autoencoder>(argc, argv); }
