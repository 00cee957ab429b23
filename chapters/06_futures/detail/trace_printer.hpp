#pragma once
// TracePrinter: prints what a loop does as a table, one row a step.
//
//     turn  runs                    what it does                  the queue after it
//        1  main                    starts one, two               one, two
//                                   waits for one
//        2  one                     waits for a sleep             two
//
// It is the same each time: no addresses, no times, and a turn in which nothing ran is not shown.
// What the program itself prints in a step stands above the row of that step.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "06_futures/detail/loop_observer.hpp"
#include "06_futures/detail/short_list.hpp"

namespace aio {

/// What `--trace` and AIO_TRACE ask for. Prints to stdout. Thread rule: the loop's thread.
class TracePrinter final : public LoopObserver {
  public:
    void turn(std::uint64_t number, bool slept) override {
        if (number == 1) print("turn", "runs", {"what it does"}, "the queue after it");
        if (slept) print("…", "(the loop sleeps)", {}, "");
        turn_ = std::to_string(number);
    }

    void step(const Callback& callback) override {
        steps_.push_back({callback.name(), {}, "", {}});
    }
    void wait(const std::string& what) override { add("waits for " + what); }
    void done(const std::string& outcome) override { add(outcome); }

    void wake(const Callback& woken) override {
        if (steps_.empty()) return;
        Step& step = steps_.back();
        if (step.verb != woken.verb()) {
            end_names();
            step.verb = woken.verb();
        }
        step.woken.add(woken.name());
    }

    void step_over(const ReadyQueue& queue) override {
        if (steps_.empty()) return;
        end_names();
        Step step = std::move(steps_.back());
        steps_.pop_back();
        if (!steps_.empty()) step.name += ", in " + steps_.back().name;
        print(std::exchange(turn_, ""), step.name, step.does, names_in(queue));
    }

  private:
    /// One that is being made.
    struct Step {
        std::string name;
        std::vector<std::string> does;
        std::string verb;  // what it has done to
        ShortList woken;   // these
    };

    void add(std::string what) {
        if (steps_.empty()) return;
        end_names();
        steps_.back().does.push_back(std::move(what));
    }

    /// Says whom it has put into the queue since it last said so.
    void end_names() {
        Step& step = steps_.back();
        const ShortList woken = std::exchange(step.woken, ShortList());
        if (woken.empty()) return;
        std::string text = step.verb + " " + woken.text();
        if (woken.left_out() > 0) text += fmt::format(" and {} more", woken.left_out());
        step.does.push_back(std::move(text));
    }

    /// Of a long one, the first two. To count a queue of ten thousand, at each of ten thousand
    /// steps, takes long.
    [[nodiscard]] static std::string names_in(const ReadyQueue& queue) {
        ShortList names;
        int looked_at = 0;
        for (const Callback* callback : queue) {
            names.add(callback->name());
            if (names.left_out() > 0 || ++looked_at == kFar) return names.text(2) + ", …";
        }
        return names.empty() ? "-" : names.text();
    }

    /// `text` in lines of at most `width`, broken at spaces. What is longer stays whole.
    static void wrap(std::vector<std::string>& lines, std::string_view text, std::size_t width) {
        while (text.size() > width) {
            std::size_t end = text.rfind(' ', width);
            if (end == text.npos) end = std::min(text.find(' '), text.size());
            lines.emplace_back(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        if (!text.empty()) lines.emplace_back(text);
    }

    static void print(const std::string& turn, const std::string& name,
                      const std::vector<std::string>& does, const std::string& queue) {
        std::vector<std::string> left, middle, right;
        wrap(left, name, kName);
        for (const std::string& sentence : does) wrap(middle, sentence, kDoes);
        wrap(right, queue, kQueue);
        const auto cell = [](const std::vector<std::string>& lines, std::size_t row) {
            return row < lines.size() ? lines[row] : std::string();
        };
        for (std::size_t row = 0; row < std::max({left.size(), middle.size(), right.size()});
             ++row) {
            std::string line =
                fmt::format("{:>4}  {:<{}}  {:<{}}  {}", row == 0 ? turn : "", cell(left, row),
                            kName, cell(middle, row), kDoes, cell(right, row));
            line.erase(line.find_last_not_of(' ') + 1);
            std::fprintf(stdout, "%s\n", line.c_str());
        }
    }

    static constexpr int kFar = 50;
    static constexpr std::size_t kName = 22, kDoes = 28, kQueue = 20;

    std::string turn_;         // the number of the turn that begins with the next row
    std::vector<Step> steps_;  // the innermost last
};

}  // namespace aio
