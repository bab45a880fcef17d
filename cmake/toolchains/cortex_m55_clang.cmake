# As cortex_m55.cmake, compiled by clang 19.
set(xenos_clang clang++-19)
include(${CMAKE_CURRENT_LIST_DIR}/cortex_m55.cmake)
