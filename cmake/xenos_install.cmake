# Install rules and the package that find_package(xenos) finds.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(xenos_package_dir ${CMAKE_INSTALL_DATADIR}/cmake/xenos)

install(TARGETS xenos EXPORT xenosTargets FILE_SET HEADERS)
install(EXPORT xenosTargets NAMESPACE xenos:: DESTINATION ${xenos_package_dir})

configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/xenosConfig.cmake.in ${PROJECT_BINARY_DIR}/xenosConfig.cmake
  INSTALL_DESTINATION ${xenos_package_dir}
  NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/xenosConfigVersion.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(
  FILES ${PROJECT_BINARY_DIR}/xenosConfig.cmake ${PROJECT_BINARY_DIR}/xenosConfigVersion.cmake
  DESTINATION ${xenos_package_dir})
