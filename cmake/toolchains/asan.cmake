# Address and undefined behaviour sanitizers. clang is preferred: g++'s address sanitizer does not
# see AVX-512 masked loads and stores.
find_program(XENOS_ASAN_COMPILER NAMES clang++-19 clang++)
if(XENOS_ASAN_COMPILER)
  set(CMAKE_CXX_COMPILER ${XENOS_ASAN_COMPILER})
endif()
set(CMAKE_CXX_FLAGS_INIT
  "-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer")
