#pragma once
// When an object begins and when it ends.
//
// Python builds an object in two steps, __new__ and then __init__. So does C++: first the members,
// in the order of their declaration, by the initialiser list; then the constructor's body. What
// must never change (a const member, Python's tuple) can only be given its value in the first step.
// And it ends with its last owner: Python counts its references, std::shared_ptr its copies.
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aio {

/// An object that says when it is created, initialised and destroyed. It calls `say` for that.
class Announced {
  public:
    explicit Announced(std::function<void(std::string_view)> say)
        : say_(std::move(say)), attr_(create()) {
        say_("initialised");
        name_ = "foo";
    }
    ~Announced() { say_("destroyed"); }
    Announced(const Announced&) = delete;
    Announced& operator=(const Announced&) = delete;

    [[nodiscard]] const std::string& attr() const { return attr_; }
    [[nodiscard]] const std::string& name() const { return name_; }

  private:
    [[nodiscard]] std::string create() const {
        say_("created");
        return "set when it was created";
    }

    std::function<void(std::string_view)> say_;  // first: create() speaks
    const std::string attr_;                     // const: only the initialiser list can set it
    std::string name_;
};

/// Values with their numbers: (0, a), (1, b), ... A tuple never changes, so `items_` is const, and
/// the constructor's body would be too late to fill it.
template <class T>
class NumberedTuple {
  public:
    using Item = std::pair<int, T>;

    explicit NumberedTuple(const std::vector<T>& values) : items_(number(values)) {}

    [[nodiscard]] auto begin() const { return items_.begin(); }
    [[nodiscard]] auto end() const { return items_.end(); }

  private:
    [[nodiscard]] static std::vector<Item> number(const std::vector<T>& values) {
        std::vector<Item> items;
        int number = 0;
        for (const T& value : values) items.emplace_back(number++, value);
        return items;
    }

    const std::vector<Item> items_;
};

}  // namespace aio
