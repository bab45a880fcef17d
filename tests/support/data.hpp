// Finds the reference networks that golden tests compare with.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

namespace xenos_test {

/// Exit code by which CTest knows a skipped test.
inline constexpr int skipped = 77;

/// Folder of the reference data: environment variable XENOS_DATA, else the one that CMake found.
inline std::optional<std::filesystem::path> data_folder() {
  std::filesystem::path folder;
  if (const char* given = std::getenv("XENOS_DATA")) {
    folder = given;
  } else {
#ifdef XENOS_DEFAULT_DATA
    folder = XENOS_DEFAULT_DATA;
#endif
  }
  if (folder.empty() || !std::filesystem::is_directory(folder)) return std::nullopt;
  return folder;
}

/// The data folder. Without it the program ends: as skipped, or as failed if XENOS_REQUIRE_DATA=1.
inline std::filesystem::path require_data() {
  if (const auto folder = data_folder()) return *folder;
  const char* required = std::getenv("XENOS_REQUIRE_DATA");
  const bool fails = required && std::string(required) == "1";
  std::cout << (fails ? "FAILED" : "SKIPPED") << ": no test data; set XENOS_DATA to its folder"
            << std::endl;
  std::exit(fails ? 1 : skipped);
}

}  // namespace xenos_test
