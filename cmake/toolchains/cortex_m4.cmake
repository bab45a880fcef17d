# Cortex-M4 with its floating-point unit, on Arm's MPS2 board.
set(xenos_cpu "-mcpu=cortex-m4 -mfpu=fpv4-sp-d16")
set(xenos_board mps2-an386)
set(XENOS_FIRMWARE_TARGET cortex_m4)
set(XENOS_FIRMWARE_MEMORY mps2.ld)
include(${CMAKE_CURRENT_LIST_DIR}/cortex_m.cmake)
