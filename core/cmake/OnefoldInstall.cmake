# cmake --install: libraries, the public headers under onefold/, and what find_package() and pkg-config read.
include(CMakePackageConfigHelpers)

install(TARGETS onefold onefold_core onefold_autograd onefold_layers onefold_datasets EXPORT onefold)
install(DIRECTORY ${PROJECT_BINARY_DIR}/include/onefold DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/onefold)
install(EXPORT onefold NAMESPACE onefold:: FILE onefoldTargets.cmake DESTINATION ${package})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/onefoldConfig.cmake.in
  ${PROJECT_BINARY_DIR}/onefoldConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/onefoldConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/onefoldConfig.cmake ${PROJECT_BINARY_DIR}/onefoldConfigVersion.cmake
  DESTINATION ${package})

# What a static library needs, the program has to link.
set(onefold_pc_libraries "-Wl,--undefined=onefold_check_cpu ${CMAKE_THREAD_LIBS_INIT} ${OpenMP_CXX_FLAGS}")
if(BUILD_SHARED_LIBS)
  set(onefold_pc_libraries "")
endif()
set(onefold_pc_flags $<$<BOOL:${ONEFOLD_DOUBLE}>:-DONEFOLD_REAL_IS_DOUBLE>)
file(RELATIVE_PATH onefold_pc_prefix
  ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(${CMAKE_CURRENT_LIST_DIR}/onefold.pc.in ${PROJECT_BINARY_DIR}/onefold.pc.in @ONLY)
file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/onefold.pc INPUT ${PROJECT_BINARY_DIR}/onefold.pc.in)
install(FILES ${PROJECT_BINARY_DIR}/onefold.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

if(ONEFOLD_NATIVE)
  install(CODE "message(NOTICE \"Installed for CPUs like this machine's alone; the preset portable is for all.\")")
endif()
