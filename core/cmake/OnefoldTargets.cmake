# How every target of this project is compiled, and onefold_library(), which makes a library from a folder.
include(CheckCXXCompilerFlag)
include(GNUInstallDirs)
include(OnefoldKernels)

# Flags shared by all our own targets; a program that links onefold::onefold does not get them. Nor does it get the
# include folders: its own "core/tensor.h" may be another file.
add_library(onefold_compile_options INTERFACE)
target_include_directories(onefold_compile_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/include)
target_compile_options(onefold_compile_options INTERFACE
  -Wall -Wextra -Wshadow
  -Wno-psabi  # the width of Vec differs between builds; it is not part of the library's interface
  -ffp-contract=fast
  -fno-math-errno  # errno is never read, and without it a square root is one instruction; values stay the same
  $<$<BOOL:${ONEFOLD_WERROR}>:-Werror>)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  # A subproject must not choose the build type of the whole project.
  message(WARNING "No CMAKE_BUILD_TYPE: Onefold is compiled with -O3, without which it is 13 times slower; nothing else "
    "of ${CMAKE_PROJECT_NAME} is optimised. -DCMAKE_BUILD_TYPE=Release optimises everything.")
  target_compile_options(onefold_compile_options INTERFACE -O3)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # A false alarm of GCC 12 on "text" + std::string (GCC bug 105651).
  target_compile_options(onefold_compile_options INTERFACE -Wno-restrict)
endif()
if(ONEFOLD_PORTABLE)
  list(GET onefold_levels 0 lowest)
  add_compile_options(-march=${lowest})  # which the kernels' own option follows
endif()
if(ONEFOLD_NATIVE)
  check_cxx_compiler_flag(-march=native ONEFOLD_HAS_MARCH_NATIVE)
  if(ONEFOLD_HAS_MARCH_NATIVE)
    target_compile_options(onefold_compile_options INTERFACE -march=native)
  else()
    message(STATUS "The compiler has no -march=native here: building portable instructions")
  endif()
endif()
if(ONEFOLD_FUZZ)
  # Fuzzers measure the coverage of the file readers only; kernels would become many times slower.
  target_compile_options(onefold_compile_options INTERFACE
    -fsanitize-coverage-allowlist=${PROJECT_SOURCE_DIR}/tests/fuzz/followed.txt)
endif()
if(ONEFOLD_SANITIZE)
  target_compile_options(onefold_compile_options INTERFACE
    -fsanitize=${ONEFOLD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)  # GCC 12's false alarms in <regex>, with sanitizers only
  target_link_options(onefold_compile_options INTERFACE -fsanitize=${ONEFOLD_SANITIZE})
endif()

# For code without hot loops (options, JSON, pages): compiles in half the time. With sanitizers, optimising takes longer
# than it saves.
set(onefold_cold_options -O0)
if(NOT ONEFOLD_SANITIZE)
  set(onefold_cold_options $<$<NOT:$<CONFIG:Debug>>:-O1>)
endif()

# For the tests everything is compiled a second time with Real = double; those targets have this suffix.
set(onefold_variants "")
if(ONEFOLD_TESTS AND ONEFOLD_DOUBLE_TESTS AND NOT ONEFOLD_DOUBLE)
  set(onefold_variants _double)
endif()

# onefold_library(FOLDER [PUBLIC folders...] [PRIVATE targets...] [KERNELS pattern] [ONCE])
# One library of all sources in FOLDER: onefold_FOLDER, shared if BUILD_SHARED_LIBS is on. With tests also
# onefold_FOLDER_double, the same sources compiled with Real = double, unless ONCE. Sources are found by globbing, so that a new layer
# needs only its file pair. Those that match the pattern are kernels.
function(onefold_library folder)
  cmake_parse_arguments(PARSE_ARGV 1 library ONCE KERNELS "PUBLIC;PRIVATE")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  set(kernels "")
  if(library_KERNELS)
    set(kernels ${sources})
    list(FILTER kernels INCLUDE REGEX "${library_KERNELS}")
    list(REMOVE_ITEM sources ${kernels})
  endif()
  set(variants ${onefold_variants})
  if(library_ONCE)
    set(variants "")
  endif()
  foreach(variant IN ITEMS "" LISTS variants)
    set(target onefold_${folder}${variant})
    add_library(${target} ${sources})
    add_library(onefold::${folder}${variant} ALIAS ${target})
    # For shared objects that link it; functions of a file are still inlined there.
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON EXPORT_NAME ${folder}
      VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION})
    target_compile_options(${target} PRIVATE -fno-semantic-interposition)
    # In core, each algorithm's file has a forward() of its own. With sanitizers, as CI builds first, every file of the
    # library is compiled by itself, so that one that lacks an include fails.
    if(folder STREQUAL "core" OR ONEFOLD_SANITIZE)
      set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
    endif()
    target_include_directories(${target} PUBLIC
      $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_compile_features(${target} PUBLIC cxx_std_20)
    if(ONEFOLD_DOUBLE OR variant STREQUAL "_double")
      target_compile_definitions(${target} PUBLIC ONEFOLD_REAL_IS_DOUBLE)
    endif()
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:onefold_compile_options> ${library_PRIVATE})
    if(variant STREQUAL "")
      onefold_kernels(${target} ${kernels})
    else()
      target_sources(${target} PRIVATE ${kernels})
    endif()
    if(variant STREQUAL "_double" OR (ONEFOLD_SANITIZE AND folder MATCHES "autograd|layers"))
      target_compile_options(${target} PRIVATE ${onefold_cold_options})
    endif()
    foreach(dependency IN LISTS library_PUBLIC)
      target_link_libraries(${target} PUBLIC onefold_${dependency}${variant})
    endforeach()
  endforeach()
endfunction()
