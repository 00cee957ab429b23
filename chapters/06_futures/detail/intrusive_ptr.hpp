#pragma once
// IntrusivePtr: a counted reference to an object that counts for itself.
//
// A std::shared_ptr is two pointers, and counts with atomic operations. What the loop's thread
// passes around by the million (futures, calls) has its counter within, and is one pointer.
#include <utility>

namespace aio {

/// Refers to a T, which has retain() and release(); with the last release() it goes. May be null.
/// Thread rule: that of T's counter.
template <class T>
class IntrusivePtr {
  public:
    constexpr IntrusivePtr() noexcept = default;
    /// Takes over a reference that is counted already.
    explicit IntrusivePtr(T* counted) noexcept : object_(counted) {}
    /// One more reference to `object`, which may be null.
    [[nodiscard]] static IntrusivePtr to(T* object) noexcept {
        if (object != nullptr) object->retain();
        return IntrusivePtr(object);
    }

    IntrusivePtr(const IntrusivePtr& other) noexcept : object_(other.object_) {
        if (object_ != nullptr) object_->retain();
    }
    IntrusivePtr(IntrusivePtr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    IntrusivePtr& operator=(IntrusivePtr other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~IntrusivePtr() {
        if (object_ != nullptr) object_->release();
    }

    [[nodiscard]] T* get() const noexcept { return object_; }
    [[nodiscard]] T* operator->() const noexcept { return object_; }
    [[nodiscard]] T& operator*() const noexcept { return *object_; }
    [[nodiscard]] explicit operator bool() const noexcept { return object_ != nullptr; }
    friend bool operator==(const IntrusivePtr&, const IntrusivePtr&) = default;

  private:
    T* object_ = nullptr;
};

}  // namespace aio
