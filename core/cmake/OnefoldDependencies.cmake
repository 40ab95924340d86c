# External dependencies: the system's package if it exists, otherwise a download pinned by its hash.
include(FetchContent)

find_package(Threads REQUIRED GLOBAL)

# OpenMP: parallel loops. GCC includes it; for Clang it is the package libomp-dev of the same version.
find_package(OpenMP QUIET COMPONENTS CXX GLOBAL)
if(NOT OpenMP_CXX_FOUND)
  message(WARNING "This compiler has no OpenMP: all parallel loops will run on one thread. "
    "For Clang, install its libomp (Debian, Ubuntu: libomp-dev, or libomp-16-dev for clang-16).")
endif()

# JSON: the headers of safetensors files, run logs. A project that includes this one may have its own.
if(NOT TARGET nlohmann_json::nlohmann_json)
  find_package(nlohmann_json 3.9 QUIET GLOBAL)
endif()
if(NOT TARGET nlohmann_json::nlohmann_json)
  FetchContent_Declare(nlohmann_json SYSTEM
    URL https://github.com/nlohmann/json/releases/download/v3.12.0/json.tar.xz
    URL_HASH SHA256=42f6e95cad6ec532fd372391373363b62a14af6d771056dbfc86160e6dfff7aa)
  FetchContent_MakeAvailable(nlohmann_json)
endif()

# stb_image and stb_image_write: PNG and JPEG. They are single headers without a target, so we define one.
find_path(STB_INCLUDE_DIR NAMES stb_image.h PATH_SUFFIXES stb)
if(NOT STB_INCLUDE_DIR)
  FetchContent_Declare(stb
    GIT_REPOSITORY https://github.com/nothings/stb.git
    GIT_TAG f0569113c93ad095470c54bf34a17b36646bbbb5)  # stb_image 2.30
  FetchContent_MakeAvailable(stb)
  set(STB_INCLUDE_DIR ${stb_SOURCE_DIR})
endif()
add_library(onefold_stb_image INTERFACE)
add_library(onefold::stb_image ALIAS onefold_stb_image)
target_include_directories(onefold_stb_image SYSTEM INTERFACE ${STB_INCLUDE_DIR})

# CLI11: command-line options of the programs.
if(ONEFOLD_EXAMPLES)
  find_package(CLI11 2.1 QUIET)
  if(NOT CLI11_FOUND)
    FetchContent_Declare(CLI11 SYSTEM
      GIT_REPOSITORY https://github.com/CLIUtils/CLI11.git
      GIT_TAG 4160d259d961cd393fd8d67590a8c7d210207348)  # v2.5.0
    FetchContent_MakeAvailable(CLI11)
  endif()
endif()

# Unit tests: Catch2 2.13 as Debian 12 has it, or any 3.
if(ONEFOLD_TESTS)
  find_package(Catch2 QUIET)
  if(NOT Catch2_FOUND)
    FetchContent_Declare(Catch2 SYSTEM
      GIT_REPOSITORY https://github.com/catchorg/Catch2.git
      GIT_TAG fa43b77429ba76c462b1898d6cd2f2d7a9416b14)  # v3.7.1
    FetchContent_MakeAvailable(Catch2)
    list(APPEND CMAKE_MODULE_PATH ${catch2_SOURCE_DIR}/extras)
  endif()
  include(Catch)
  add_library(onefold_catch2 INTERFACE)
  add_library(onefold::catch2 ALIAS onefold_catch2)
  if(TARGET Catch2::Catch2WithMain)
    target_link_libraries(onefold_catch2 INTERFACE Catch2::Catch2WithMain)
  else()
    target_link_libraries(onefold_catch2 INTERFACE Catch2::Catch2)
    # Catch2 2 passes if a name matches no test; 3 fails by default.
    set(onefold_catch2_arguments EXTRA_ARGS --warn NoTests)
  endif()
endif()

# MPI: one training on several machines. Debian's libmpich-dev or libopenmpi-dev.
if(ONEFOLD_MPI)
  find_package(MPI REQUIRED COMPONENTS CXX)
endif()

# Google Benchmark: timings of single kernels, with statistics. Debian's libbenchmark-dev; not downloaded, because its
# target has the same name as our program.
if(ONEFOLD_BENCH)
  find_package(benchmark 1.7 REQUIRED)
endif()
