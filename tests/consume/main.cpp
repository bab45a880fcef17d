#include <xenos/core/result.hpp>

int main() {
  const xenos::result<int> zero = 0;
  return *zero;
}
