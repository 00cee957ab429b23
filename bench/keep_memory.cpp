// Part of every benchmark: memory that was freed stays with the program.
//
// glibc gives the top of the heap back to the kernel as soon as 128 KiB of it are free. A benchmark
// frees all it has after each pass, and would measure how the kernel hands the same pages out
// again.
#include <malloc.h>

namespace {

constexpr int kKept = 1 << 30;            // bytes free at the top before they are given back
constexpr int kLargestInHeap = 32 << 20;  // the most that mallopt(3) takes

[[maybe_unused]] const bool kIsKept =
    mallopt(M_TRIM_THRESHOLD, kKept) != 0 && mallopt(M_MMAP_THRESHOLD, kLargestInHeap) != 0;

}  // namespace
