#pragma once
// Where coroutines and their tasks lie: each coroutine behind the room for a task.
//
// A coroutine may become the first one of a task, and then the two are needed together, at every
// step. So the memory of a coroutine has room for the task's state before it. To create a task
// allocates nothing, and the loop fetches both when it fetches one: in a crowd of a hundred
// thousand sleepers that wake in any order, that saves a third of the time. What it costs: a
// coroutine that only others await has about a hundred bytes before it that nobody ever touches.
//
// A task outlives its coroutine. The memory goes back to the pool with the last of the two.
#include <coroutine>
#include <cstddef>
#include <new>
#include <string_view>
#include <utility>

#include "06_futures/detail/with_result.hpp"
#include "07_coroutine_tasks/task_base.hpp"
#include "20_making_it_fast/basic_pool.hpp"

#ifdef AIO_POOL_ON_HEAP
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

namespace aio {

template <class T>
class Promise;
template <class T>
class TaskState;

/// For a scope, the memory of `frame` is kept when it is destroyed, because a task lies before it.
/// Thread rule: the frame's thread.
class KeepMemory {
  public:
    explicit KeepMemory(void* frame) noexcept : outer_(std::exchange(kept_, frame)) {}
    ~KeepMemory() { kept_ = outer_; }
    KeepMemory(const KeepMemory&) = delete;
    KeepMemory& operator=(const KeepMemory&) = delete;

    [[nodiscard]] static bool is_kept(void* frame) noexcept { return frame == kept_; }

  private:
    static inline constinit thread_local void* kept_ = nullptr;

    void* outer_;  // to destroy a coroutine may destroy the task of another one
};

/// The memory of coroutines that return T: `operator new` for their promise, and the place of the
/// task. Thread rule: any thread.
template <class T>
class FrameMemory {
  public:
    static void* operator new(std::size_t size) { return Memory::allocate(size); }
    static void operator delete(void* frame, std::size_t size) noexcept {
        KeepMemory::is_kept(frame) ? keep(frame, size) : Memory::deallocate(frame, size);
    }

    /// Where the task of a coroutine lies.
    [[nodiscard]] static void* room_of(void* frame) noexcept {
        return static_cast<std::byte*>(frame) - kRoom;
    }

    /// Frees the memory of a task, and of its coroutine, which has been destroyed before it.
    static void free_from(void* room) noexcept {
        void* const frame = static_cast<std::byte*>(room) + kRoom;
        const std::size_t size = *static_cast<std::size_t*>(frame);
        ASAN_UNPOISON_MEMORY_REGION(frame, size);
        Memory::deallocate(frame, size);
    }

  private:
    static constexpr std::size_t kRoom = sizeof(WithResult<T, TaskBase>);
    using Memory = BasicPool<kRoom>;

    /// The frame is dead, and will go with the task: until then it has room for its own size.
    static void keep(void* frame, std::size_t size) noexcept {
        ::new (frame) std::size_t(size);
        ASAN_POISON_MEMORY_REGION(static_cast<std::byte*>(frame) + sizeof(size),
                                  size - sizeof(size));
    }
};

/// The memory of the tasks that run them. Thread rule: the loop's thread.
template <class T>
class TaskMemory {
  public:
    using Root = std::coroutine_handle<Promise<T>>;

    /// The task of the coroutine `root`, before it.
    static TaskState<T>* create(EventLoop& loop, Root root, std::string_view name) {
        return new (root) TaskState<T>(loop, root, name);
    }
    /// The coroutine is over, but not its memory, in which its task lies.
    static void destroy_frame(Root root) noexcept {
        const KeepMemory keep(root.address());
        root.destroy();
    }

    static void* operator new(std::size_t /*size*/, Root root) noexcept {
        return FrameMemory<T>::room_of(root.address());
    }
    static void operator delete(void* task) noexcept { FrameMemory<T>::free_from(task); }
    /// The constructor has thrown: the memory stays the coroutine's.
    static void operator delete(void* /*task*/, Root /*root*/) noexcept {}
};

}  // namespace aio
