// Networks of sequences, at reduced size, under every policy on two targets.
#include <support/small_networks.hpp>

using namespace xenos_test;

TEST_CASE("LSTMs under every policy", "[models]") {
  const auto weights = seeded_weights<models::lstm_stack_weights<7, 19, 2>>();
  check_all_policies(models::lstm_stack<12>(weights));
}
TEST_CASE("BERT under every policy", "[models]") {
  constexpr models::bert_size small{.layers = 2, .hidden = 24, .heads = 3, .inner = 40};
  const auto weights = seeded_weights<models::bert_weights<small>>();
  check_all_policies(models::bert_encoder<19>(weights));
}
TEST_CASE("FC-AutoEncoder under every policy", "[models]") {
  check_all_policies(models::fc_autoencoder(seeded_weights<models::fc_autoencoder_weights>()));
}
