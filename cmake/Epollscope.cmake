# What every target of the house has in common.
find_program(CCACHE ccache)
if(CCACHE)
  # Without this it keeps nothing that was compiled with a precompiled header.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()

# Read once for all files of a build: reading them was a quarter of compiling. Files include what
# they use all the same; the check preset compiles without.
set(EPOLLSCOPE_PRECOMPILED <algorithm> <array> <cstdint> <functional> <map> <memory> <optional>
  <set> <span> <string> <string_view> <utility> <variant> <vector> <fmt/format.h>)
# precompiled_headers(<target> <owner> [HEADER…]): those and HEADER…, as the owner has them.
function(precompiled_headers target owner)
  if(target STREQUAL owner)
    target_precompile_headers(${target} PRIVATE ${EPOLLSCOPE_PRECOMPILED} ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()

add_library(epollscope_options INTERFACE)
target_include_directories(epollscope_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(epollscope_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<BOOL:${EPOLLSCOPE_WERROR}>:-Werror>)
# GCC 12 sees overlapping copies in std::string's own operator+ (its bug 105329, mended in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(epollscope_options INTERFACE -Wno-restrict)
endif()
# From a precompiled header GCC warns of what it passes over in a system header; the check preset
# has these warnings.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
  target_compile_options(epollscope_options INTERFACE -Wno-array-bounds -Wno-stringop-overflow)
endif()
# GCC 14 takes the alternatives that a std::variant does not hold for uninitialized.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
  target_compile_options(epollscope_options INTERFACE -Wno-maybe-uninitialized)
endif()
if(EPOLLSCOPE_SANITIZE)
  target_compile_options(epollscope_options INTERFACE
    # Their checks make GCC see paths that are not there: "may be used uninitialized".
    -Wno-maybe-uninitialized
    -fsanitize=${EPOLLSCOPE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(epollscope_options INTERFACE -fsanitize=${EPOLLSCOPE_SANITIZE})
endif()

# room_library(<name> SOURCES … LINKS …): one room of the house as a static library.
function(room_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC epollscope_options ${ARG_LINKS})
  precompiled_headers(${name} core_base)
endfunction()

# Tests of a build under sanitizers carry its name: ./dev test runs several builds as one suite.
string(REGEX REPLACE "^(.).*" "\\1san." EPOLLSCOPE_TEST_PREFIX "${EPOLLSCOPE_SANITIZE}")

# room_test(<name> SOURCES … LINKS …): a GoogleTest program with the house's own main(), which
# can also be executed as a lab. Registered with CTest as one test.
function(room_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE epollscope_options ${ARG_LINKS} GTest::gtest GTest::gmock)
  target_compile_definitions(${name} PRIVATE EPOLLSCOPE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  # What a test itself does takes no time, but compiling it does.
  target_compile_options(${name} PRIVATE -O0)
  precompiled_headers(${name} test_base <gtest/gtest.h>)
  add_test(NAME ${EPOLLSCOPE_TEST_PREFIX}${name} COMMAND ${name})
  if(EPOLLSCOPE_SANITIZE MATCHES address)
    # LeakSanitizer (GCC 12) falls over a thread that has not begun yet when the program ends, as
    # those of Mesa on a busy machine: it draws in the thread that asks.
    set_tests_properties(${EPOLLSCOPE_TEST_PREFIX}${name} PROPERTIES ENVIRONMENT LP_NUM_THREADS=0)
  endif()
endfunction()
