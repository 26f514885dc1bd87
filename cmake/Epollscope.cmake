# What every target of the house has in common.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(epollscope_options INTERFACE)
target_include_directories(epollscope_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(epollscope_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<BOOL:${EPOLLSCOPE_WERROR}>:-Werror>)
# GCC 12 sees overlapping copies in std::string's own operator+ (its bug 105329, mended in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(epollscope_options INTERFACE -Wno-restrict)
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
  add_test(NAME ${EPOLLSCOPE_TEST_PREFIX}${name} COMMAND ${name})
endfunction()
