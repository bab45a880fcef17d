#include <xenos/core/result.hpp>

xenos::result<int> checked_half(int number);

xenos::result<int> checked_half(int number) {
  if (number % 2 != 0) return xenos::error{xenos::errc::invalid_argument, "odd"};
  return number / 2;
}

int half_or_trap(int number);

int half_or_trap(int number) { return checked_half(number).value(); }
