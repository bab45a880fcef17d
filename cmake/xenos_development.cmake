# Flags and data that tests, examples and benchmarks share. Nothing here reaches users.
include(xenos_dependencies)
include(xenos_options)

option(XENOS_NATIVE "Compile tests, examples and benchmarks for this machine" OFF)

set(xenos_machine $<$<BOOL:${XENOS_NATIVE}>:-march=native>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 19)
  # On machines with AVX10, clang 19 warns of the very features that it derives from -march=native.
  list(APPEND xenos_machine -Wno-invalid-feature-combination)
endif()

find_package(Threads REQUIRED)
xenos_find_eigen()
xenos_find_xsimd()

add_library(xenos_development INTERFACE)
target_link_libraries(xenos_development INTERFACE xenos::xenos Threads::Threads)
target_compile_options(xenos_development INTERFACE ${xenos_warnings} ${xenos_machine})
target_include_directories(xenos_development INTERFACE ${PROJECT_SOURCE_DIR}/tests)
if(TARGET Eigen3::Eigen)
  target_link_libraries(xenos_development INTERFACE Eigen3::Eigen)
endif()
if(XENOS_XSIMD_INCLUDE)
  target_include_directories(xenos_development SYSTEM INTERFACE ${XENOS_XSIMD_INCLUDE})
endif()
if(xenos_default_data)
  target_compile_definitions(xenos_development
    INTERFACE "XENOS_DEFAULT_DATA=\"${xenos_default_data}\"")
endif()

# The target build.<label> builds what the tests with that label need.
foreach(label unit static fail property golden examples docs checks)
  add_custom_target(build.${label})
endforeach()

# xenos_add_program(<name> <label> <source>...)
# An executable that is also a CTest test of the same name. Exit code 77 means skipped.
function(xenos_add_program name label)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE xenos_development)
  add_dependencies(build.${label} ${name})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS ${label} SKIP_RETURN_CODE 77 TIMEOUT 600)
endfunction()
