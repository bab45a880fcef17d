// What operations say of the rows and columns that they read, against what their definitions read.
#include <support/random_graph.hpp>
#include <support/seed.hpp>

#include <catch2/catch.hpp>
#include <string>

namespace {

using namespace xenos_test;

/// Notes where a definition reads beyond what its record says of output element (y, x).
struct reading : element_source {
  const xenos::record& node;
  int y = 0;
  int x = 0;
  mutable std::string wrong{};

  explicit reading(const xenos::record& of) : node(of) {}

  [[nodiscard]] float read(int input, int row, int column, int) const override {
    const xenos::access& reads = node.reads[input];
    const auto inside = [](const xenos::window& w, int out, int in) {
      return in >= w.first(out) && in < w.first(out) + w.reach;
    };
    if (!node.accumulates && !inside(reads.rows, y, row)) note("row", y, row);
    if (!inside(reads.columns, x, column)) note("column", x, column);
    return 0.5F;
  }

 private:
  void note(const char* what, int out, int in) const {
    wrong = std::string(node.name) + ": output " + what + " " + std::to_string(out) +
            " reads input " + what + " " + std::to_string(in);
  }
};

/// The first read of record `id` that its windows leave out, or nothing.
std::string misread(const model& m, int id) {
  const xenos::record& node = m.records[id];
  const auto at = static_cast<std::size_t>(id);
  const xenos::shapes extents = m.extents(id);
  reading source(node);
  const auto define = [&](const auto& op) {
    using type = std::remove_cvref_t<decltype(op)>;
    if constexpr (xenos::sequential_operation<type>) {
      std::vector<double> state(static_cast<std::size_t>(op.carried(extents)));
      std::vector<double> row(static_cast<std::size_t>(node.out.row()));
      for (source.y = 0; source.y < node.out.height; ++source.y) {
        op.step(operands{source, extents}, m.weights[at], source.y, state.data(), row.data());
      }
    } else if constexpr (xenos::operation<type>) {
      for (source.y = 0; source.y < node.out.height; ++source.y) {
        for (source.x = 0; source.x < node.out.width; ++source.x) {
          for (const int c : {0, node.out.channels - 1}) {
            static_cast<void>(xenos::define(op, operands{source, extents}, m.weights[at], extents,
                                            source.y, source.x, c));
          }
        }
      }
    }
  };
  std::visit(define, m.operations[at]);
  return source.wrong;
}

}  // namespace

TEST_CASE("definitions read the rows and columns that operations say", "[reads]") {
  for (int index = 0; index < 1000; ++index) {
    dice d(seed(), index);
    const model m = random_model(d, true);
    for (int id = 0; id < m.records.count; ++id) {
      INFO("XENOS_SEED=" << std::hex << seed() << std::dec << " graph " << index << " record "
                         << id);
      CHECK(misread(m, id) == "");
    }
  }
}
