# Warnings and data, for all that is built here. Nothing here reaches users.
option(XENOS_WERROR "Make warnings errors in tests, examples and benchmarks" $ENV{XENOS_WERROR})

set(CMAKE_CXX_EXTENSIONS OFF)

set(XENOS_DATA "$ENV{XENOS_DATA}" CACHE PATH
  "Folder of the reference networks; default: ../shared/data if it exists")
set(xenos_default_data ${XENOS_DATA})
if(NOT xenos_default_data AND EXISTS ${PROJECT_SOURCE_DIR}/../shared/data)
  get_filename_component(xenos_default_data ${PROJECT_SOURCE_DIR}/../shared/data ABSOLUTE)
endif()

set(xenos_warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
if(XENOS_WERROR)
  list(APPEND xenos_warnings -Werror)
endif()
