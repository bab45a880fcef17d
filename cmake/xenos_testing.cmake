# Functions that turn files into CTest tests. A test's name is its path with dots.
option(XENOS_TEST_ALL_COMPILERS "Run the must-fail programs with every compiler found" OFF)
option(XENOS_PCH "Precompile Catch2's header for the tests" ON)

xenos_need_catch2()
find_package(Python3 REQUIRED COMPONENTS Interpreter)

set(xenos_tools ${PROJECT_SOURCE_DIR}/tools)

# Catch2's main and, for a faster build, its precompiled header.
add_library(xenos_catch_main STATIC support/catch_main.cpp)
target_link_libraries(xenos_catch_main PUBLIC xenos_development Catch2::Catch2)
set_source_files_properties(support/catch_main.cpp PROPERTIES COMPILE_OPTIONS -O0)
target_compile_definitions(xenos_catch_main PUBLIC CATCH_CONFIG_FAST_COMPILE)
add_library(xenos_catch_pch OBJECT support/catch_pch.cpp)
target_link_libraries(xenos_catch_pch PUBLIC xenos_catch_main)
if(XENOS_PCH)
  target_precompile_headers(xenos_catch_pch PRIVATE <catch2/catch.hpp>)
endif()

# Options of a compiler run that only checks a source file.
set(xenos_syntax_only -std=c++20 -fsyntax-only ${xenos_machine}
  -I${PROJECT_SOURCE_DIR}/include -I${PROJECT_SOURCE_DIR}/tests)
if(XENOS_XSIMD_INCLUDE AND NOT XENOS_XSIMD_INCLUDE IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
  list(APPEND xenos_syntax_only -isystem ${XENOS_XSIMD_INCLUDE})
endif()
if(CMAKE_CXX_COMPILER_TARGET)
  list(APPEND xenos_syntax_only --target=${CMAKE_CXX_COMPILER_TARGET})
endif()

# xenos_test_name(<variable> <path>): unit/core/result.cpp -> unit.core.result
function(xenos_test_name variable path)
  string(REGEX REPLACE "\\.cpp$" "" name ${path})
  string(REPLACE "/" "." name ${name})
  set(${variable} ${name} PARENT_SCOPE)
endfunction()

# xenos_link_catch(<target>): Catch2's main and precompiled header for a test program.
function(xenos_link_catch target)
  target_link_libraries(${target} PRIVATE xenos_catch_main)
  if(XENOS_PCH)
    target_precompile_headers(${target} REUSE_FROM xenos_catch_pch)
  endif()
endfunction()

# xenos_add_test(<path> <label>): one Catch2 program and one CTest test.
# `path` is relative to tests/.
function(xenos_add_test path label)
  xenos_test_name(name ${path})
  xenos_add_program(${name} ${label} ${path})
  xenos_link_catch(${name})
endfunction()

# xenos_add_test_group(<name> <label> <path>...): one Catch2 program of several files, and one
# CTest test a file, which runs the test cases of that file. File names differ within a group, and
# each file has a test case.
function(xenos_add_test_group name label)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE xenos_development)
  xenos_link_catch(${name})
  add_dependencies(build.${label} ${name})
  foreach(path IN LISTS ARGN)
    xenos_test_name(test ${path})
    get_filename_component(stem ${path} NAME_WE)
    add_test(NAME ${test} COMMAND ${name} --filenames-as-tags --warn NoTests "[#${stem}]")
    set_tests_properties(${test} PROPERTIES LABELS ${label} SKIP_RETURN_CODE 77 TIMEOUT 600)
  endforeach()
endfunction()

# xenos_add_unit_tests(<folder>): one group for each folder below that has sources.
function(xenos_add_unit_tests folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${folder}/*.cpp)
  set(groups "")
  foreach(source IN LISTS sources)
    get_filename_component(group ${source} DIRECTORY)
    list(APPEND groups ${group})
    list(APPEND sources_of_${group} ${source})
  endforeach()
  list(REMOVE_DUPLICATES groups)
  foreach(group IN LISTS groups)
    string(REPLACE "/" "." name ${group})
    xenos_add_test_group(${name} unit ${sources_of_${group}})
  endforeach()
endfunction()

# xenos_add_static_tests(<folder>): each file is compiled when the test runs; that is the test.
function(xenos_add_static_tests folder)
  file(GLOB sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${folder}/*.cpp)
  foreach(source IN LISTS sources)
    xenos_test_name(name ${source})
    add_test(NAME ${name} COMMAND ${CMAKE_CXX_COMPILER} ${xenos_syntax_only} ${xenos_warnings}
      -Werror ${CMAKE_CURRENT_SOURCE_DIR}/${source} COMMAND_EXPAND_LISTS)
    set_tests_properties(${name} PROPERTIES LABELS static TIMEOUT 600)
  endforeach()
endfunction()

# xenos_add_fail_tests(<folder>): programs that must not compile (tools/must_fail.py says how).
# One test a file and compiler: the configured one, and with XENOS_TEST_ALL_COMPILERS all others.
function(xenos_add_fail_tests folder)
  set(compilers ${CMAKE_CXX_COMPILER})
  file(REAL_PATH ${CMAKE_CXX_COMPILER} configured)
  foreach(name g++-12 clang++-14 clang++-19)
    find_program(XENOS_COMPILER_${name} ${name})
    if(XENOS_TEST_ALL_COMPILERS AND XENOS_COMPILER_${name})
      file(REAL_PATH ${XENOS_COMPILER_${name}} other)
      if(NOT other STREQUAL configured)
        list(APPEND compilers ${XENOS_COMPILER_${name}})
      endif()
    endif()
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${folder}/*.cpp)
  foreach(source IN LISTS sources)
    xenos_test_name(name ${source})
    foreach(compiler IN LISTS compilers)
      get_filename_component(compiler_name ${compiler} NAME)
      add_test(NAME ${name}.${compiler_name}
        COMMAND Python3::Interpreter ${xenos_tools}/must_fail.py --compiler ${compiler}
          ${CMAKE_CURRENT_SOURCE_DIR}/${source} -- ${xenos_syntax_only}
        COMMAND_EXPAND_LISTS)
      set_tests_properties(${name}.${compiler_name} PROPERTIES LABELS fail TIMEOUT 600)
    endforeach()
  endforeach()
endfunction()

# xenos_add_object_tests(<folder>): each file is compiled as embedded users would, without
# exceptions and RTTI, and its object file may not use the heap, exceptions or static constructors,
# nor hold an array named unpacked_..., which are weights that were packed when it was compiled.
function(xenos_add_object_tests folder)
  file(GLOB sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${folder}/*.cpp)
  if(NOT sources OR CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    return()
  endif()
  foreach(source IN LISTS sources)
    xenos_test_name(name ${source})
    add_library(${name} OBJECT ${source})
    target_link_libraries(${name} PRIVATE xenos_development)
    target_compile_options(${name} PRIVATE -O2 -fno-exceptions -fno-rtti)
    add_dependencies(build.static ${name})
    add_test(NAME ${name} COMMAND Python3::Interpreter ${xenos_tools}/check_objects.py
      --nm ${CMAKE_NM} --unpacked "::unpacked_" $<TARGET_OBJECTS:${name}>)
    set_tests_properties(${name} PROPERTIES LABELS static)
  endforeach()
endfunction()

# xenos_add_docs_tests(): compiles and runs the snippets of README.md and docs/*.md.
function(xenos_add_docs_tests)
  file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/docs/*.md)
  if(NOT pages)
    return()
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${pages})
  execute_process(
    COMMAND ${Python3_EXECUTABLE} ${xenos_tools}/check_docs.py
      --out ${CMAKE_CURRENT_BINARY_DIR}/docs ${pages}
    OUTPUT_VARIABLE snippets OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" snippets "${snippets}")
  foreach(snippet IN LISTS snippets)
    get_filename_component(name ${snippet} NAME_WE)
    xenos_add_program(docs.${name} docs ${snippet})
  endforeach()
endfunction()

# xenos_generate_models(<target>): source for a test, made of the reference networks: ic and kws, float
# and int8, in the folder that the target's include path has; namespace and subfolder are from_folder,
# or from_tflite. Defines XENOS_GENERATED; without data nothing.
function(xenos_generate_models target)
  set(data ${xenos_default_data})
  if(NOT "$ENV{XENOS_DATA}" STREQUAL "")
    set(data $ENV{XENOS_DATA})
  endif()
  if(NOT EXISTS "${data}/ic/int8/model.tflite")
    message(STATUS "no test data: ${target} has nothing to do")
    return()
  endif()
  file(GLOB parts CONFIGURE_DEPENDS ${xenos_tools}/from_tflite/*.py)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/generated)
  set(headers "")
  foreach(network ic kws)
    foreach(elements float int8)
      set(name ${network}_${elements})
      set(folder ${data}/${network}/${elements})
      foreach(from folder tflite)
        set(input ${folder})
        if(from STREQUAL "tflite")
          set(input ${folder}/model.tflite)
        endif()
        set(made ${out}/from_${from}/${name}.hpp ${out}/from_${from}/${name}_weights.hpp)
        add_custom_command(OUTPUT ${made}
          COMMAND Python3::Interpreter ${xenos_tools}/tflite_to_xenos.py ${input}
            --name ${name} --namespace from_${from} --out ${out}/from_${from}
          DEPENDS ${xenos_tools}/tflite_to_xenos.py ${parts} ${folder}/model.tflite
          VERBATIM)
        list(APPEND headers ${made})
      endforeach()
    endforeach()
  endforeach()
  target_sources(${target} PRIVATE ${headers})
  target_include_directories(${target} PRIVATE ${out})
  target_compile_definitions(${target} PRIVATE XENOS_GENERATED)
endfunction()

# xenos_add_check(<name> <script>): a script of tools/ that checks the source tree.
function(xenos_add_check name script)
  add_test(NAME checks.${name}
    COMMAND Python3::Interpreter ${xenos_tools}/${script} ${PROJECT_SOURCE_DIR})
  set_tests_properties(checks.${name} PROPERTIES LABELS checks)
endfunction()

# xenos_add_consume_test(<name> <option>...): builds and runs the user's project in tests/consume.
function(xenos_add_consume_test name)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/consume/${name})
  add_test(NAME consume.${name}
    COMMAND ${CMAKE_CTEST_COMMAND}
      --build-and-test ${CMAKE_CURRENT_SOURCE_DIR}/consume ${folder}
      --build-generator ${CMAKE_GENERATOR} --build-noclean
      --build-options -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} ${ARGN}
      --test-command ${folder}/consume)
  set_tests_properties(consume.${name} PROPERTIES LABELS checks)
endfunction()
