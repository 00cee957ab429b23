#pragma once
// A canary tells whether the air is still good: here, whether an object still exists.
//
// To read an object that is gone is undefined: the old value is often still there, and the mistake
// stays hidden until it does the most harm. A Canary is never read. It notes in a list when it
// comes to life and when it dies, and anyone who has its address may ask the list.
#include <set>

namespace aio {

/// For experiments with lifetimes. Thread rule: one thread.
class Canary {
  public:
    Canary() { alive().insert(this); }
    Canary(const Canary&) : Canary() {}
    Canary& operator=(const Canary&) = default;
    ~Canary() { alive().erase(this); }

    /// Whether a canary lives at this address.
    [[nodiscard]] static bool sings(const Canary* address) { return alive().contains(address); }

  private:
    static std::set<const Canary*>& alive() {
        static std::set<const Canary*> alive;
        return alive;
    }
};

}  // namespace aio
