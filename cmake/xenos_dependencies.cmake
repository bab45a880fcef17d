# What tests, examples and benchmarks need. Each is taken from the system; with
# XENOS_FETCH_DEPENDENCIES=ON what is missing is downloaded from the project's own repository.
option(XENOS_FETCH_DEPENDENCIES "Download dependencies that the system does not have" OFF)

# xenos_fetch(<name> <repository> <tag>): makes the targets of a missing dependency available.
macro(xenos_fetch name repository tag)
  if(CMAKE_VERSION VERSION_LESS 3.25)
    message(FATAL_ERROR "XENOS_FETCH_DEPENDENCIES needs CMake 3.25 or newer")
  endif()
  include(FetchContent)
  FetchContent_Declare(${name} GIT_REPOSITORY ${repository} GIT_TAG ${tag} GIT_SHALLOW ON SYSTEM)
  FetchContent_MakeAvailable(${name})
endmacro()

# xenos_need_catch2(): Catch2::Catch2, version 2. Without it the tests cannot be built.
macro(xenos_need_catch2)
  find_package(Catch2 2 QUIET)
  if(NOT TARGET Catch2::Catch2 AND XENOS_FETCH_DEPENDENCIES)
    xenos_fetch(Catch2 https://github.com/catchorg/Catch2.git v2.13.10)
  endif()
  if(NOT TARGET Catch2::Catch2)
    message(FATAL_ERROR "The tests need Catch2 2.x (Debian: catch2). Install it, or set "
      "XENOS_FETCH_DEPENDENCIES=ON, or XENOS_BUILD_TESTS=OFF.")
  endif()
endmacro()

# xenos_find_eigen(): Eigen3::Eigen, if there is one. Only interop/eigen.hpp and its users need it.
macro(xenos_find_eigen)
  find_package(Eigen3 3.4 QUIET NO_MODULE)
  if(NOT TARGET Eigen3::Eigen AND XENOS_FETCH_DEPENDENCIES)
    xenos_fetch(Eigen3 https://gitlab.com/libeigen/eigen.git 3.4.0)
  endif()
endmacro()

# xenos_find_xsimd(): XENOS_XSIMD_INCLUDE, the folder of xsimd's headers, if there is one.
macro(xenos_find_xsimd)
  find_path(XENOS_XSIMD_INCLUDE xsimd/xsimd.hpp)
  if(NOT XENOS_XSIMD_INCLUDE AND XENOS_FETCH_DEPENDENCIES)
    xenos_fetch(xsimd https://github.com/xtensor-stack/xsimd.git 8.1.0)
    set(XENOS_XSIMD_INCLUDE ${xsimd_SOURCE_DIR}/include CACHE PATH "" FORCE)
  endif()
endmacro()

# xenos_find_benchmark(): benchmark::benchmark, if there is one.
macro(xenos_find_benchmark)
  find_package(benchmark 1.7 QUIET)
  if(NOT TARGET benchmark::benchmark AND XENOS_FETCH_DEPENDENCIES)
    set(BENCHMARK_ENABLE_TESTING OFF)
    xenos_fetch(benchmark https://github.com/google/benchmark.git v1.7.1)
  endif()
endmacro()
