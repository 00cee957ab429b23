# What a chapter consists of is read from its folder.
file(GLOB AIO_CHAPTERS CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}/chapters"
     "${CMAKE_SOURCE_DIR}/chapters/[0-9][0-9]_*")
list(SORT AIO_CHAPTERS)

# aio.hpp: the whole stack in one include, for programs that only use it. A chapter never does: it
# includes what it needs, so that it can be seen what that is. (Chapter 20's headers come in place of
# others, and not beside them.)
set(AIO_ALL_HEADERS "#pragma once\n// Every header of every chapter. Made by CMake.\n")
foreach(chapter IN LISTS AIO_CHAPTERS)
  if(chapter STREQUAL AIO_FAST_FOLDER)
    continue()
  endif()
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}/chapters"
       "${CMAKE_SOURCE_DIR}/chapters/${chapter}/*.hpp")
  foreach(header IN LISTS headers)
    string(APPEND AIO_ALL_HEADERS "#include \"${header}\"\n")
  endforeach()
endforeach()
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/include/aio.hpp" CONTENT "${AIO_ALL_HEADERS}" @ONLY)
target_include_directories(aio_flags INTERFACE "${CMAKE_BINARY_DIR}/include")

# The number of a chapter's folder: 05_selector_callbacks -> 05
function(aio_chapter_number chapter out)
  string(SUBSTRING "${chapter}" 0 2 number)
  set(${out} "${number}" PARENT_SCOPE)
endfunction()

# The chapter's .cpp files but main.cpp: its cold code (from chapter 17 on there is some).
function(aio_chapter_sources chapter out)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/chapters/${chapter}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  set(${out} ${sources} PARENT_SCOPE)
endfunction()

# The library that is made of them; empty if there are none.
function(aio_chapter_library chapter out)
  aio_chapter_sources(${chapter} sources)
  set(${out} "" PARENT_SCOPE)
  if(sources)
    if(NOT TARGET ${chapter}_lib)
      add_library(${chapter}_lib STATIC ${sources})
      target_link_libraries(${chapter}_lib PUBLIC aio_flags fmt::fmt)
    endif()
    set(${out} ${chapter}_lib PARENT_SCOPE)
  endif()
endfunction()

# From chapter 08 on, each program stands on the whole of chapters 06 and 07: these headers are
# compiled once for all of them. (Not for chapter 20's, whose include path is another one.)
set(AIO_STACK_HEADERS <07_coroutine_tasks/detail/run.hpp> <07_coroutine_tasks/sleep.hpp>)

function(aio_precompile_chapter chapter)
  set(pch course)
  if(chapter MATCHES "^(0[89]|1[0-9])_")
    if(NOT TARGET stack_pch)
      add_library(stack_pch OBJECT "${CMAKE_SOURCE_DIR}/tests/support/empty_main.cpp")
      target_link_libraries(stack_pch PRIVATE course)
      target_precompile_headers(stack_pch PRIVATE "${CMAKE_SOURCE_DIR}/common/precompiled.hpp"
                                ${AIO_STACK_HEADERS})
    endif()
    set(pch stack_pch)
  endif()
  target_precompile_headers(${chapter} REUSE_FROM ${pch})
endfunction()

function(aio_add_chapter_programs)
  foreach(chapter IN LISTS AIO_CHAPTERS)
    if(EXISTS "${CMAKE_SOURCE_DIR}/chapters/${chapter}/main.cpp")
      aio_chapter_library(${chapter} library)
      add_executable(${chapter} "${CMAKE_SOURCE_DIR}/chapters/${chapter}/main.cpp")
      target_link_libraries(${chapter} PRIVATE course ${library})
      aio_precompile_chapter(${chapter})
      if(chapter STREQUAL AIO_FAST_FOLDER)
        aio_add_both_stacks(${chapter})
      endif()
    endif()
  endforeach()
endfunction()
