#pragma once
// What a loop has told its observer, as a text that reads in a failure.
#include <cstdint>
#include <memory>
#include <string>

#include "06_futures/detail/loop_observer.hpp"
#include "06_futures/event_loop.hpp"

/// Writes down all that it is told, in order.
class Story : public aio::LoopObserver {
  public:
    void turn(std::uint64_t number, bool slept) override {
        text_ += "turn " + std::to_string(number) + (slept ? ", after a sleep\n" : "\n");
    }
    void step(const aio::Callback& callback) override { text_ += "  " + callback.name() + "\n"; }
    void wake(const aio::Callback& woken) override { add(woken.verb(), woken.name()); }
    void wait(const std::string& what) override { add("waits for", what); }
    void done(const std::string& outcome) override { text_ += "    " + outcome + "\n"; }
    void step_over(const aio::ReadyQueue& queue) override {
        std::string names;
        for (const aio::Callback* callback : queue) {
            names += (names.empty() ? "" : ", ") + callback->name();
        }
        add("queue:", names.empty() ? "-" : names);
    }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    void add(const std::string& verb, const std::string& what) {
        text_ += "    " + verb + " " + what + "\n";
    }

    std::string text_;
};

/// Watches `loop` from now on.
inline std::shared_ptr<Story> watch(aio::EventLoop& loop) {
    auto story = std::make_shared<Story>();
    loop.set_observer(story);
    return story;
}
