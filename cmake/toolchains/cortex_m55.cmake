# Cortex-M55 with Helium, on Arm's MPS3 board.
set(xenos_cpu "-mcpu=cortex-m55")
set(xenos_board mps3-an547)
set(XENOS_FIRMWARE_TARGET cortex_m55)
set(XENOS_FIRMWARE_MEMORY mps3.ld)
include(${CMAKE_CURRENT_LIST_DIR}/cortex_m.cmake)
