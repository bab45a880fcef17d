// What every contestant does: compute one network again and again, and tell how long it took.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "description.hpp"

namespace peers {

/// Calls `run` for `seconds`, of which the first quarter does not count, and prints the least and
/// the median time of a call in milliseconds and the number of calls.
template <class Run>
void measure(double seconds, const Run& run) {
  using clock = std::chrono::steady_clock;
  const auto since = [](clock::time_point t) {
    return std::chrono::duration<double>(clock::now() - t).count();
  };
  std::vector<double> times;
  times.reserve(1 << 20);
  const auto begin = clock::now();
  while (since(begin) < seconds / 4) run();
  do {
    const auto start = clock::now();
    run();
    times.push_back(since(start));
  } while (since(begin) < seconds || times.size() < 3);
  const auto middle = times.begin() + long(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  std::printf("%.6f %.6f %zu\n", *std::min_element(times.begin(), times.end()) * 1e3, *middle * 1e3,
              times.size());
}

inline void write_floats(const std::string& path, std::span<const float> values) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(values.data()), std::streamsize(values.size_bytes()));
}

/// The main function of a peer:
///   program version                                    prints what it is
///   program run FOLDER/NETWORK THREADS SECONDS OUTPUT  measures; writes the result to a file
/// Ends with 3 if the peer does not know a layer. `Peer` has `static std::string version()`, is
/// made of a path and a number of threads, and has `run()` and `output_values()`, the last result
/// as floats.
template <class Peer>
int contest(int argc, char** argv) try {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "version") {
    std::puts(Peer::version().c_str());
    return 0;
  }
  if (what != "run" || argc != 6) {
    std::fprintf(stderr, "usage: %s version | run FOLDER/NETWORK THREADS SECONDS OUTPUT\n",
                 argv[0]);
    return 2;
  }
  Peer peer(argv[2], std::atoi(argv[3]));
  measure(std::atof(argv[4]), [&] { peer.run(); });
  write_floats(argv[5], peer.output_values());
  return 0;
} catch (const unknown_layer& e) {
  std::fprintf(stderr, "%s: %s\n", argv[0], e.what());
  return 3;
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s: %s\n", argv[0], e.what());
  return 1;
}

}  // namespace peers
