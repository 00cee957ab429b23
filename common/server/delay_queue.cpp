#include "common/server/delay_queue.hpp"

namespace course {

void DelayQueue::push(TimePoint deadline, Delayed& who) {
    heap_.emplace_back();
    sift_up(heap_.size() - 1, {deadline, &who});
}

Delayed& DelayQueue::pop() {
    Delayed& first = *heap_.front().who;
    remove(first);
    return first;
}

void DelayQueue::remove(Delayed& who) {
    if (!who.is_queued()) return;
    const std::size_t hole = who.place_;
    who.place_ = Delayed::kNowhere;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (hole == heap_.size()) return;
    // The last entry fills the hole. It may be too early or too late for that place, never both.
    sift_up(hole, last);
    sift_down(last.who->place_, last);
}

void DelayQueue::put(std::size_t place, Entry entry) {
    heap_[place] = entry;
    entry.who->place_ = place;
}

void DelayQueue::sift_up(std::size_t place, Entry entry) {
    while (place > 0 && entry.deadline < heap_[(place - 1) / 2].deadline) {
        put(place, heap_[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    put(place, entry);
}

void DelayQueue::sift_down(std::size_t place, Entry entry) {
    for (std::size_t child = 2 * place + 1; child < heap_.size(); child = 2 * place + 1) {
        if (child + 1 < heap_.size() && heap_[child + 1].deadline < heap_[child].deadline) ++child;
        if (entry.deadline <= heap_[child].deadline) break;
        put(place, heap_[child]);
        place = child;
    }
    put(place, entry);
}

}  // namespace course
