# Qualcomm Hexagon V67 by clang 19 without a system library: headers are borrowed from Arm's 32-bit
# C++ library, functions that compilers call are in the platform file. Programs are run by QEMU
# (qemu-user).
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR hexagon)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_CXX_COMPILER clang++-19)
set(CMAKE_CXX_COMPILER_TARGET hexagon-unknown-linux-musl)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-hexagon;-cpu;v67)
set(XENOS_FIRMWARE_PLATFORM hexagon)

execute_process(COMMAND arm-none-eabi-g++ -E -x c++ - -v INPUT_FILE /dev/null
  ERROR_VARIABLE xenos_search OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "/[^\n]*/arm-none-eabi/include[^\n]*" xenos_search "${xenos_search}")
list(REMOVE_DUPLICATES xenos_search)
list(JOIN xenos_search " -isystem " xenos_search)
set(CMAKE_CXX_FLAGS_INIT "-mcpu=hexagonv67 -ffreestanding -fno-exceptions -fno-rtti -ffunction-sections \
-fdata-sections -D__IEEE_LITTLE_ENDIAN -nostdlibinc -isystem ${xenos_search}")
set(CMAKE_CXX_LINK_EXECUTABLE "ld.lld-19 -static --gc-sections -e start <OBJECTS> -o <TARGET>")
