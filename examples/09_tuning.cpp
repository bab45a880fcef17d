// Which tiles are fastest on this machine: the tuner times a model under several policies. What it
// prints is a policy to be written into the program; nothing is tuned at run time.
#include <cstdio>

#include <xenos/report/tune.hpp>
#include <xenos/xenos.hpp>

#include "models/separable.hpp"

int main() {
  xenos::tune<xenos::targets::host>([] { return models::separable(); },
                                    [](const char* text) { std::fputs(text, stdout); });
  return 0;
}
