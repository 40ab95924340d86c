# Joins the kernels that were compiled for several levels of x86-64, and writes the functions that call the chosen ones.
#
#   cmake -Dtarget=NAME "-Dlevels=LEVEL;..." "-DLEVEL=OBJECT;..." ...
#     -Dfolder=... -Dcompiler=... -Dnm=... -Dobjcopy=... -P join_kernels.cmake
#
# Each level becomes one object file in which every symbol has the level in its name, including the copies of templates
# and inline functions: the linker would else take one level's copy for all. dispatch.cpp has the plain names.
# run(COMMAND...): sets `symbols` to what it prints.
macro(run)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
endmacro()

file(MAKE_DIRECTORY ${folder})
set(levels_best_first ${levels})
list(REVERSE levels_best_first)
set(tables "")
foreach(level IN LISTS levels_best_first)
  set(object ${folder}/${level}.o)
  string(MAKE_C_IDENTIFIER ${target}_${level} suffix)
  run(${compiler} -r -nostdlib -o ${object} ${${level}})

  run(${nm} --defined-only --format=sysv ${object})
  if(symbols MATCHES "\n([^\n|]+)\\|[^\n]*\\|\\.t?(bss|data)(\\.[^\n.]*)?\n")
    message(FATAL_ERROR "${target}: kernels must not have variables, since each level would have its own; "
      "${CMAKE_MATCH_1} is one. Define it in a file that is not among those of onefold_kernels().")
  endif()

  # Local symbols stay, but for those of type n: a group of sections with the same n is linked once.
  run(${nm} --defined-only --format=posix ${object})
  string(REGEX MATCHALL "[^ \n]+ [A-Znu] " names "${symbols}")
  list(TRANSFORM names REPLACE "([^ ]+) . " "\\1 \\1.${suffix}\n")
  file(WRITE ${object}.symbols ${names})
  string(REGEX MATCHALL "[^ \n]+ T " functions "${symbols}")
  list(TRANSFORM functions REPLACE " T " "")
  run(${objcopy} --redefine-syms=${object}.symbols ${object})

  string(APPEND tables "${suffix}:\n")
  foreach(function IN LISTS functions)
    string(APPEND tables "  .quad ${function}.${suffix}\n")
  endforeach()
  string(APPEND entries "    {\"${level}\", compiled_for_${suffix}, ${suffix}},\n")
  string(APPEND declarations
    "extern const bool compiled_for_${suffix}[] __asm__(\"_ZN7onefold12kCompiledForE.${suffix}\");\n"
    "extern const void* const ${suffix}[] __asm__(\"${suffix}\");\n")
endforeach()

# Each function jumps to its place in the chosen table; r11 is free between caller and callee.
set(jumps "")
set(place 0)
foreach(function IN LISTS functions)
  string(APPEND jumps ".globl ${function}\n.type ${function}, @function\n${function}:\n"
    "  movq ${target}_kernels(%rip), %r11\n  jmp *${place}(%r11)\n")
  math(EXPR place "${place} + 8")
endforeach()
file(WRITE ${folder}/dispatch.cpp "// Written by core/cmake/join_kernels.cmake.
#include \"core/cpu_check.h\"

__asm__(R\"(
.pushsection .data.rel.ro, \"aw\"
.balign 8
${tables}.popsection
.pushsection .text
${jumps}.popsection
)\");

${declarations}
static constinit const onefold::CpuLevel levels[] = {
${entries}};

extern \"C\" {
// The lowest level until the constructor has run, which is before static objects are initialised.
__attribute__((visibility(\"hidden\"))) constinit const void* const* ${target}_kernels = ${suffix};

__attribute__((constructor(102))) static void choose_kernels() {
  ${target}_kernels = onefold::best_kernels(levels, sizeof levels / sizeof levels[0]);
}
}
")
