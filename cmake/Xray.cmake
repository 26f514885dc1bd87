# The X-ray: a BPF program that clang compiles and bpftool turns into a header with the program
# inside, loaded by libbpf. Where one of the three is missing it is left out, and the program says
# so when it is asked for.
option(EPOLLSCOPE_XRAY "build the X-ray where clang, bpftool and libbpf are installed" ON)

# xray_tools(<lacking>): finds what is needed; names what is missing, or leaves <lacking> empty.
function(xray_tools lacking)
  find_program(EPOLLSCOPE_CLANG NAMES clang clang-19 clang-16 clang-14)
  find_program(EPOLLSCOPE_BPFTOOL bpftool PATHS /usr/sbin)  # not on every user's PATH
  find_package(PkgConfig)
  pkg_check_modules(LIBBPF IMPORTED_TARGET GLOBAL libbpf>=1.0)
  set(missing)
  foreach(tool CLANG BPFTOOL)
    if(NOT EPOLLSCOPE_${tool})
      string(TOLOWER ${tool} name)
      list(APPEND missing ${name})
    endif()
  endforeach()
  if(NOT LIBBPF_FOUND)
    list(APPEND missing libbpf)
  endif()
  if(NOT missing)
    execute_process(COMMAND ${EPOLLSCOPE_CLANG} -target bpf -x c -c /dev/null -o /dev/null
      RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
    if(NOT status EQUAL 0)
      set(missing "a clang that compiles for BPF")
    endif()
  endif()
  list(JOIN missing ", " missing)
  set(${lacking} "${missing}" PARENT_SCOPE)
endfunction()

# xray_program(<target>): builds the program into a header on the target's include path.
function(xray_program target)
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/xray)
  file(MAKE_DIRECTORY ${dir})
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/xray.bpf.c)
  # -g for the types (BTF), by which libbpf fits the program to the running kernel.
  add_custom_command(
    OUTPUT ${dir}/xray.skel.h
    COMMAND ${EPOLLSCOPE_CLANG} -target bpf -mcpu=v2 -O2 -g -Wall -Wextra
            "$<$<BOOL:${LIBBPF_INCLUDE_DIRS}>:-I$<JOIN:${LIBBPF_INCLUDE_DIRS},;-I>>"
            -c ${source} -o xray.raw.o
    COMMAND ${EPOLLSCOPE_BPFTOOL} gen object xray.bpf.o xray.raw.o
    COMMAND ${EPOLLSCOPE_BPFTOOL} gen skeleton xray.bpf.o name xray_bpf > xray.skel.h
    DEPENDS ${source} ${CMAKE_CURRENT_SOURCE_DIR}/xray_kernel.h
            ${CMAKE_CURRENT_SOURCE_DIR}/xray_records.h
    WORKING_DIRECTORY ${dir}
    COMMENT "Compiling the X-ray for BPF"
    VERBATIM COMMAND_EXPAND_LISTS)
  target_sources(${target} PRIVATE ${dir}/xray.skel.h)
  target_include_directories(${target} SYSTEM PRIVATE ${dir})
  target_link_libraries(${target} PRIVATE PkgConfig::LIBBPF)
endfunction()

set(lacking "EPOLLSCOPE_XRAY, which is off")
if(EPOLLSCOPE_XRAY)
  xray_tools(lacking)
endif()
if(lacking)
  message(STATUS "X-ray: left out, for want of ${lacking}")
  target_sources(core_observe PRIVATE xray_left_out.cc)
else()
  message(STATUS "X-ray: built in")
  target_sources(core_observe PRIVATE xray.cc)
  target_compile_definitions(core_observe PRIVATE EPOLLSCOPE_HAS_XRAY)
  xray_program(core_observe)
endif()
