# aio_flags: what every target of the course is compiled with.
include(CheckCXXCompilerFlag)

add_library(aio_flags INTERFACE)
target_compile_features(aio_flags INTERFACE cxx_std_20)

# The order is the whole trick of the exercises: the reader's file wins over ours. And of ours, the
# fast one of chapter 20 wins over the plain one. (A target with the property AIO_WITHOUT_MINE has
# another way to the reader's files.)
if(AIO_MINE)
  target_include_directories(
    aio_flags INTERFACE "$<$<NOT:$<BOOL:$<TARGET_PROPERTY:AIO_WITHOUT_MINE>>>:${AIO_MINE}>")
endif()
target_include_directories(aio_flags INTERFACE "${CMAKE_BINARY_DIR}/fast"
                                               "${CMAKE_SOURCE_DIR}/chapters"
                                               "${CMAKE_SOURCE_DIR}")

# GCC turns a coroutine's symmetric transfer into a jump only with this flag, at every -O level:
# without it a loop of a million awaits overflows the stack.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(aio_flags INTERFACE -foptimize-sibling-calls)
  # A coroutine is resumed by a jump into its middle, and it matters where the target lies: without
  # this a generator's element takes 1.3 to 2 ns, the same instructions, as chance has placed them.
  target_compile_options(aio_flags INTERFACE
                         $<$<CONFIG:Release>:-falign-functions=64 -falign-jumps=32>)
  # A test takes 300 to 700 MB of GCC's memory; to collect it from 128 MB on was a tenth of a build.
  target_compile_options(aio_flags INTERFACE --param=ggc-min-heapsize=524288)
  if(AIO_SANITIZE)
    message(FATAL_ERROR "GCC's sanitizers break symmetric transfer. Use a clang preset: "
                        "cmake --preset asan")
  endif()
endif()

# An optional flag is used only where the compiler knows it.
function(aio_add_flag_if_known flag)
  string(MAKE_C_IDENTIFIER "HAS${flag}" variable)
  check_cxx_compiler_flag("${flag}" ${variable})
  if(${variable})
    target_compile_options(aio_flags INTERFACE "${flag}")
  endif()
endfunction()

# A stub has parameters and no body yet: that is not worth a warning.
foreach(flag -Wall -Wextra -Wpedantic -Wshadow=local -Wnon-virtual-dtor -Woverloaded-virtual
             -Wno-unused-parameter)
  aio_add_flag_if_known(${flag})
endforeach()
# GCC 12, optimising, sees overflows in std::string's operator+ where there are none.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(aio_flags INTERFACE -Wno-array-bounds -Wno-stringop-overflow
                                             -Wno-stringop-overread -Wno-restrict)
endif()
if(AIO_WERROR)
  target_compile_options(aio_flags INTERFACE -Werror)
endif()

if(AIO_SANITIZE)
  target_compile_options(aio_flags INTERFACE "-fsanitize=${AIO_SANITIZE}" -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
  target_link_options(aio_flags INTERFACE "-fsanitize=${AIO_SANITIZE}")
  # clang 14 cannot assemble a coroutine with this check ("difference across sections").
  aio_add_flag_if_known(-fno-sanitize=function)
endif()

find_package(Threads REQUIRED)
target_link_libraries(aio_flags INTERFACE Threads::Threads)
