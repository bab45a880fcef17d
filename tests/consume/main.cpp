// A user's program: links and runs a small model.
#include <array>
#include <xenos/xenos.hpp>

namespace xn = xenos;

int main() {
  static constexpr std::array<float, 6> matrix{1, 2, 3, 4, 5, 6};
  const auto net = xn::link<xn::targets::host>(
      xn::input<float, xn::vector(3)> |
      xn::dense<xn::fc{.out = 2}>(xn::weights<float, xn::oi{2, 3}>(matrix)) | xn::relu);
  const auto weights = net.pack();
  decltype(net)::arena arena;
  const std::array<float, 3> in{1, 0, -1};
  std::array<float, 2> out{};
  net.run(weights, arena, in, out);
  return out[0] == 0 && out[1] == 0 ? 0 : 1;
}
