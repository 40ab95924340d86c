# One binary for every x86-64: the kernels are compiled once per level, and programs choose among them at start-up.
set(onefold_levels x86-64-v2 x86-64-v3 x86-64-v4)
set(onefold_kernels_script ${CMAKE_CURRENT_LIST_DIR}/join_kernels.cmake)

# onefold_kernels(TARGET [SOURCES...]): adds the sources to the target, with ONEFOLD_PORTABLE once per level. They have
# functions only: variables would exist once per level, too.
function(onefold_kernels target)
  if(NOT ONEFOLD_PORTABLE OR NOT ARGN)
    target_sources(${target} PRIVATE ${ARGN})
    return()
  endif()
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target}_kernels)
  set(joined ${folder}/dispatch.cpp)
  set(objects "")
  set(arguments "")
  foreach(level IN LISTS onefold_levels)
    set(kernels ${target}_${level})
    add_library(${kernels} OBJECT ${ARGN} ${PROJECT_SOURCE_DIR}/core/cpu_compiled_for.cpp)
    set_target_properties(${kernels} PROPERTIES POSITION_INDEPENDENT_CODE ON UNITY_BUILD OFF)
    target_link_libraries(${kernels} PRIVATE onefold_compile_options)
    target_compile_definitions(${kernels} PRIVATE $<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>)
    target_compile_options(${kernels} PRIVATE -fno-semantic-interposition -fno-lto -march=${level})
    list(APPEND objects $<TARGET_OBJECTS:${kernels}>)
    list(APPEND joined ${folder}/${level}.o)
    list(APPEND arguments "-D${level}=$<JOIN:$<TARGET_OBJECTS:${kernels}>,$<SEMICOLON>>")
  endforeach()
  add_custom_command(OUTPUT ${joined}
    COMMAND ${CMAKE_COMMAND} -Dtarget=${target} "-Dlevels=${onefold_levels}" ${arguments} -Dfolder=${folder}
      -Dcompiler=${CMAKE_CXX_COMPILER} -Dnm=${CMAKE_NM} -Dobjcopy=${CMAKE_OBJCOPY} -P ${onefold_kernels_script}
    DEPENDS ${objects} ${onefold_kernels_script}
    COMMENT "Joining the kernels of ${target}: ${onefold_levels}" VERBATIM)
  set_source_files_properties(${folder}/dispatch.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(${target} PRIVATE ${joined})
endfunction()
