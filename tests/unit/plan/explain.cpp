#include <xenos/plan/explain.hpp>

#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <support/graph_builder.hpp>
#include <vector>
#include <xenos/ops/conv.hpp>
#include <xenos/ops/recurrent.hpp>
#include <xenos/plan/make_plan.hpp>
#include <xenos/target/catalogue.hpp>

namespace {

using xenos_test::graph_builder;

/// The lines that `explain` prints.
template <class Graph, class Plan>
std::vector<std::string> lines(const Graph& records, const Plan& p, const xenos::target& on) {
  std::stringstream text;
  xenos::explain(records, p, on, [&](const char* piece) { text << piece; });
  std::vector<std::string> all;
  for (std::string line; std::getline(text, line);) all.push_back(line);
  return all;
}

/// The line behind the one of `stage`, with single spaces.
std::string below(const std::vector<std::string>& all, const std::string& stage) {
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    if (all[i].rfind("  " + stage + " ", 0) != 0) continue;
    std::istringstream line(all[i + 1]);
    std::string words;
    for (std::string word; line >> word;) words += words.empty() ? word : " " + word;
    return words;
  }
  return {};
}

}  // namespace

TEST_CASE("the state of a recurrent unit stands below it", "[explain]") {
  graph_builder<12> b;
  const int first = b.add(xenos::lstm_attributes{.hidden = 4}, b.input({10, 1, 4}));
  const int second = b.add(xenos::gru_attributes{.hidden = 4}, first);
  const int third = b.add(xenos::conv{.out = 4}, second);
  b.records[first].temporary_bytes = 100;
  b.records[first].state_bytes = 65;
  b.records[second].state_bytes = 4;
  b.output(third);
  const auto p = make_plan(b.records, xenos::targets::generic);
  REQUIRE(p.segment_count == 1);
  const auto all = lines(b.records, p, xenos::targets::generic);
  CHECK(below(all, "lstm") == "carries from row to row state 65 128");
  CHECK(below(all, "gru") == "carries from row to row state 4 256");
  CHECK(below(all, "conv2d") == "ends here: it is an output");
}

TEST_CASE("a state is told though the unit's rows are the caller's", "[explain]") {
  graph_builder<12> b;
  const int only = b.add(xenos::lstm_attributes{.hidden = 4}, b.input({10, 1, 4}));
  b.records[only].state_bytes = 65;
  b.output(only);
  const auto p = make_plan(b.records, xenos::targets::generic);
  REQUIRE(p.units[1].where == xenos::placement::caller);
  const auto all = lines(b.records, p, xenos::targets::generic);
  CHECK(below(all, "lstm") == "carries from row to row state 65 0");
}
