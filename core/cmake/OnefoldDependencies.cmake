# What the project takes from elsewhere: the system's package where there is one, else a pinned download.
include(FetchContent)

if(ONEFOLD_OPENMP)
  find_package(OpenMP COMPONENTS CXX)
  if(NOT OpenMP_CXX_FOUND)
    message(STATUS "OpenMP not found: building for a single thread")
  endif()
endif()

# JSON: the headers of safetensors files, run logs.
find_package(nlohmann_json 3.9 QUIET)
if(NOT nlohmann_json_FOUND)
  FetchContent_Declare(nlohmann_json
    URL https://github.com/nlohmann/json/releases/download/v3.11.3/json.tar.xz
    URL_HASH SHA256=d6c65aca6b1ed68e7a182f4757257b107ae403032760ed6ef121c9d55e81757d)
  FetchContent_MakeAvailable(nlohmann_json)
endif()

# stb_image: decodes PNG and JPEG. A single header, so a target of our own stands for it.
find_path(STB_INCLUDE_DIR NAMES stb_image.h PATH_SUFFIXES stb)
if(NOT STB_INCLUDE_DIR)
  FetchContent_Declare(stb
    URL https://github.com/nothings/stb/archive/5736b15f7ea0ffb08dd38af21067c314d6a3aae9.tar.gz)
  FetchContent_MakeAvailable(stb)
  set(STB_INCLUDE_DIR ${stb_SOURCE_DIR})
endif()
add_library(onefold_stb_image INTERFACE)
add_library(onefold::stb_image ALIAS onefold_stb_image)
target_include_directories(onefold_stb_image SYSTEM INTERFACE ${STB_INCLUDE_DIR})

# Options of the programs.
if(ONEFOLD_EXAMPLES)
  find_package(CLI11 2.3 QUIET)
  if(NOT CLI11_FOUND)
    FetchContent_Declare(CLI11
      GIT_REPOSITORY https://github.com/CLIUtils/CLI11.git
      GIT_TAG 291c58789c031208f08f4f261a858b5b7083e8e2)  # v2.3.2
    FetchContent_MakeAvailable(CLI11)
  endif()
endif()

# Unit tests: Catch2 2.13 as Debian 12 has it, or any 3.
if(ONEFOLD_TESTS)
  find_package(Catch2 QUIET)
  if(NOT Catch2_FOUND)
    FetchContent_Declare(Catch2
      GIT_REPOSITORY https://github.com/catchorg/Catch2.git
      GIT_TAG 6e79e682b726f524310d55dec8ddac4e9c52fb5f)  # v3.4.0
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
  endif()
endif()
