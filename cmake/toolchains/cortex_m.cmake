# Bare Cortex-M by Debian's GCC and newlib, programs run by QEMU. The toolchain files of processors
# set, then include this one:
#   xenos_cpu      -mcpu and what else chooses the processor
#   xenos_board    QEMU's machine; its console and exit status are semihosting's
# and for examples/firmware
#   XENOS_FIRMWARE_TARGET   a target of the catalogue
#   XENOS_FIRMWARE_MEMORY   a linker script of examples/firmware/platforms
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(XENOS_FIRMWARE_PLATFORM cortex_m)

set(xenos_cpu "-mthumb -mfloat-abi=hard ${xenos_cpu}")
set(CMAKE_CXX_FLAGS_INIT "${xenos_cpu} -fno-exceptions -fno-rtti -ffunction-sections -fdata-sections")
set(CMAKE_EXE_LINKER_FLAGS_INIT
  "-nostartfiles --specs=nano.specs --specs=nosys.specs -Wl,--gc-sections -Wl,-z,noexecstack")
# One instruction takes 64 ns of the machine's clocks, so that they repeat exactly.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-system-arm;-M;${xenos_board};-nographic;-monitor;none
  -serial;none;-semihosting-config;enable=on,target=native;-icount;shift=6,align=off,sleep=off
  -kernel)
set(CMAKE_NM arm-none-eabi-nm)
set(CMAKE_OBJDUMP arm-none-eabi-objdump)

if(NOT xenos_clang)
  set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
else()
  # clang with GCC's headers, linked by GCC.
  set(CMAKE_CXX_COMPILER ${xenos_clang})
  set(CMAKE_CXX_COMPILER_TARGET arm-none-eabi)
  separate_arguments(xenos_gcc UNIX_COMMAND "arm-none-eabi-g++ ${xenos_cpu}")
  execute_process(COMMAND ${xenos_gcc} -E -x c++ - -v INPUT_FILE /dev/null
    ERROR_VARIABLE xenos_search OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "/[^\n]*/arm-none-eabi/include[^\n]*" xenos_search "${xenos_search}")
  list(REMOVE_DUPLICATES xenos_search)
  list(JOIN xenos_search " -isystem " xenos_search)
  string(APPEND CMAKE_CXX_FLAGS_INIT " -fshort-enums -nostdlibinc -isystem ${xenos_search}")
  set(CMAKE_CXX_LINK_EXECUTABLE
    "arm-none-eabi-g++ ${xenos_cpu} <CMAKE_CXX_LINK_FLAGS> <LINK_FLAGS> <OBJECTS> -o <TARGET> <LINK_LIBRARIES>")
endif()
