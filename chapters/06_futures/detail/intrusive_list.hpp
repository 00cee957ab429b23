#pragma once
// A doubly linked list whose links are in its members: joining and leaving it allocates nothing.
//
// A member need not know which list it is in to leave it. So tasks and asynchronous generators,
// which end whenever they like, are kept in such lists by their loop.

namespace aio {

template <class T>
class IntrusiveList;

/// Derive T from ListNode<T>, and a T can be in one list at a time. Thread rule: one thread.
template <class T>
class ListNode {
  public:
    ListNode() = default;
    ListNode(const ListNode&) = delete;
    ListNode& operator=(const ListNode&) = delete;

    /// Leaves its list. Without effect if it is in none.
    void unlink() noexcept {
        if (link_ == nullptr) return;
        leave_for_good();
        link_ = nullptr;
    }
    /// The same for one that is in a list, and will be in no other.
    void leave_for_good() noexcept {
        *link_ = after_;
        if (after_ != nullptr) after_->ListNode::link_ = link_;
    }

  protected:
    ~ListNode() = default;

  private:
    friend class IntrusiveList<T>;
    T* after_ = nullptr;
    T** link_ = nullptr;  // the pointer that points here
};

/// Newest first. Owns none of its members.
template <class T>
class IntrusiveList {
  public:
    void push_front(T& member) noexcept {
        ListNode<T>& node = member;
        node.after_ = first_;
        node.link_ = &first_;
        if (first_ != nullptr) static_cast<ListNode<T>*>(first_)->link_ = &node.after_;
        first_ = &member;
    }

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

    /// The newest; nullptr if there is none.
    [[nodiscard]] T* front() const noexcept { return first_; }

    /// Calls visit(member) for each. `visit` must not change the list.
    template <class Visit>
    void for_each(Visit visit) const {
        for (T* at = first_; at != nullptr; at = static_cast<ListNode<T>*>(at)->after_) visit(*at);
    }

  private:
    T* first_ = nullptr;
};

}  // namespace aio
