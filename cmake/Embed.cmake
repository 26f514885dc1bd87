# embed_files(<target> <name> [BASE dir] FILES …): bytes of files inside the program, so that it
# is one file. Generates <name>.h, on the target's include path, with
#
#   namespace epollscope::<name> { std::span<const EmbeddedFile> files(); }
#
# in the order of FILES. A file is named by its path below BASE (default: the current source
# directory), where relative FILES are looked up too. Changed files are embedded again by the
# next build; the bytes live as long as the program.
set(EPOLLSCOPE_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/EmbedFiles.cmake)

function(embed_files target name)
  cmake_parse_arguments(ARG "" "BASE" "FILES" ${ARGN})
  if(NOT ARG_BASE)
    set(ARG_BASE ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  cmake_path(ABSOLUTE_PATH ARG_BASE NORMALIZE)
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/embedded)
  set(paths)
  foreach(file IN LISTS ARG_FILES)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${ARG_BASE} NORMALIZE)
    list(APPEND paths ${file})
  endforeach()
  # The list goes through a file: a semicolon would not survive the command line.
  set(list_file ${dir}/${name}.list.cmake)
  file(CONFIGURE OUTPUT ${list_file} CONTENT "set(BASE [[${ARG_BASE}]])\nset(PATHS [[${paths}]])\n")
  add_custom_command(
    OUTPUT ${dir}/${name}.h ${dir}/${name}.cc
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DLIST=${list_file} -DOUT=${dir}
            -P ${EPOLLSCOPE_EMBED_SCRIPT}
    DEPENDS ${paths} ${list_file} ${EPOLLSCOPE_EMBED_SCRIPT}
    COMMENT "Embedding ${name}"
    VERBATIM)
  target_sources(${target} PRIVATE ${dir}/${name}.h ${dir}/${name}.cc)
  target_include_directories(${target} PUBLIC ${dir})
endfunction()
