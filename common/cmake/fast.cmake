# Chapter 20's fast parts: each has the interface of a plain header of an earlier chapter and takes
# its place on the include path, as the reader's own files do. So the order is: mine, fast, chapters.
set(AIO_FAST "all" CACHE STRING "Fast parts of chapter 20: all, none, or how many of its parts.txt")
set(AIO_FAST_FOLDER "20_making_it_fast")

# A line of parts.txt: the fast header, and the plain one that it stands in for.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             "${CMAKE_SOURCE_DIR}/chapters/${AIO_FAST_FOLDER}/parts.txt")
file(STRINGS "${CMAKE_SOURCE_DIR}/chapters/${AIO_FAST_FOLDER}/parts.txt" AIO_FAST_PARTS REGEX "^[a-z]")
list(LENGTH AIO_FAST_PARTS AIO_FAST_COUNT)

# Fills `folder` with a header for each part, which includes the fast one (of the first `count`
# parts) or the plain one (of the others).
function(aio_fast_layer folder count)
  set(done 0)
  file(GLOB_RECURSE stale "${folder}/*.hpp")
  foreach(part IN LISTS AIO_FAST_PARTS)
    separate_arguments(part UNIX_COMMAND "${part}")
    list(GET part 0 fast)
    list(GET part 1 plain)
    set(header "${CMAKE_SOURCE_DIR}/chapters/${plain}")
    if(done LESS count)
      set(header "${AIO_FAST_FOLDER}/${fast}")
    endif()
    list(REMOVE_ITEM stale "${folder}/${plain}")
    file(CONFIGURE OUTPUT "${folder}/${plain}" CONTENT "#pragma once\n#include \"${header}\"\n" @ONLY)
    math(EXPR done "${done} + 1")
  endforeach()
  if(stale)
    file(REMOVE ${stale})  # of a part that is none any more
  endif()
endfunction()

if(AIO_FAST STREQUAL "all")
  set(count ${AIO_FAST_COUNT})
elseif(AIO_FAST STREQUAL "none")
  set(count 0)
elseif(AIO_FAST MATCHES "^[0-9]+$")
  set(count ${AIO_FAST})
else()
  message(FATAL_ERROR "AIO_FAST is \"${AIO_FAST}\": say all, none, or how many parts")
endif()
aio_fast_layer("${CMAKE_BINARY_DIR}/fast" ${count})

# Chapter 20's own programs have the fast parts whatever AIO_FAST says, and even where the reader has
# written the plain ones.
aio_fast_layer("${CMAKE_BINARY_DIR}/fast_all" ${AIO_FAST_COUNT})
function(aio_use_fast_parts target)
  target_include_directories(${target} BEFORE PRIVATE "${CMAKE_BINARY_DIR}/fast_all")
endfunction()

# An object library of the sources in ARGN, on the stack with the first `count` fast parts. The
# namespace aio is called `name` in it, so that several stacks can meet in one program. (A reader's
# header that is not finished yet asks for aio::todo(): each stack has its own.)
function(aio_add_stack name count)
  aio_fast_layer("${CMAKE_BINARY_DIR}/stacks/${count}" ${count})
  add_library(${name} OBJECT EXCLUDE_FROM_ALL
              ${ARGN} "${CMAKE_SOURCE_DIR}/common/exercise/todo.cpp")
  target_include_directories(${name} BEFORE PRIVATE "${CMAKE_BINARY_DIR}/stacks/${count}")
  target_compile_definitions(${name} PRIVATE aio=${name})
  target_link_libraries(${name} PRIVATE aio_flags fmt::fmt)
endfunction()

# Chapter 20's program shows what the plain stack asks for, and what the fast one does.
function(aio_add_both_stacks target)
  set(counts "${CMAKE_SOURCE_DIR}/chapters/${AIO_FAST_FOLDER}/both/counts.cpp")
  aio_add_stack(aio_plain 0 "${counts}")
  aio_add_stack(aio_fast ${AIO_FAST_COUNT} "${counts}")
  target_link_libraries(${target} PRIVATE aio_plain aio_fast)
endfunction()
