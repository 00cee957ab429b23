#pragma once
// What lives in a loop until it is done: the tasks of chapter 07.
//
// The loop keeps them in a list, so that it can say which are left (all_tasks), and let go of them
// when it is closed. The links are part of the resident: to enter and to leave costs four stores.
#include "06_futures/callback.hpp"

namespace aio {

class Resident;

/// Its place in the list.
class ResidentLink {
  private:
    friend class ResidentList;
    Resident* before_ = nullptr;
    Resident* after_ = nullptr;
};

/// A callback that stays with the loop, in its ResidentList.
class Resident : public Callback, public ResidentLink {
  public:
    /// The loop is closing: stop waiting for whatever it is. drop() follows.
    virtual void stop_waiting() noexcept = 0;

  protected:
    ~Resident() = default;
};

/// Doubly linked, newest first. Owns none of them. Thread rule: the loop's thread.
class ResidentList {
  public:
    void add(Resident& resident) noexcept {
        resident.before_ = nullptr;
        resident.after_ = first_;
        if (first_ != nullptr) first_->before_ = &resident;
        first_ = &resident;
    }

    void remove(Resident& resident) noexcept {
        if (resident.before_ != nullptr) resident.before_->after_ = resident.after_;
        if (resident.after_ != nullptr) resident.after_->before_ = resident.before_;
        if (first_ == &resident) first_ = resident.after_;
    }

    [[nodiscard]] Resident* first() const noexcept { return first_; }

    /// Calls visit(resident) for each. `visit` must not change the list.
    template <class Visit>
    void for_each(Visit visit) const {
        for (Resident* at = first_; at != nullptr; at = at->after_) visit(*at);
    }

  private:
    Resident* first_ = nullptr;
};

}  // namespace aio
