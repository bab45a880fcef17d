// The version of the library. CMake reads these three lines; keep one macro on each.
#pragma once

#define XENOS_VERSION_MAJOR 0
#define XENOS_VERSION_MINOR 1
#define XENOS_VERSION_PATCH 0
