# Cortex-M7 with floating point of single precision, on Arm's MPS2 board.
set(xenos_cpu "-mcpu=cortex-m7 -mfpu=fpv5-sp-d16")
set(xenos_board mps2-an500)
set(XENOS_FIRMWARE_TARGET cortex_m7)
set(XENOS_FIRMWARE_MEMORY mps2_an500.ld)
include(${CMAKE_CURRENT_LIST_DIR}/cortex_m.cmake)
