#pragma once
// AnyContextVar: a context variable of any type. It has a name, its default in words, and a number
// that no other variable has: the key under which contexts keep its value.
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace aio {

/// Copies refer to the same variable. Thread rule: any thread.
class AnyContextVar {
  public:
    [[nodiscard]] const std::string& name() const noexcept { return info_->name; }

    /// Its place in the order in which variables were made: 0, 1, 2, ...
    [[nodiscard]] std::uint64_t number() const noexcept { return info_->number; }

    /// "<ContextVar name='user' default='nobody'>"
    [[nodiscard]] std::string describe() const {
        return fmt::format("<ContextVar name='{}'{}>", name(), info_->describe_default());
    }

    /// Whether both are the same variable. Two variables may have the same name.
    friend bool operator==(const AnyContextVar&, const AnyContextVar&) = default;

  protected:
    /// What all copies share.
    struct Info {
        explicit Info(std::string its_name) : name(std::move(its_name)) {}
        Info(const Info&) = delete;
        Info& operator=(const Info&) = delete;
        virtual ~Info() = default;
        /// " default=7", with "..." for what cannot be printed; empty if it has none.
        [[nodiscard]] virtual std::string describe_default() const = 0;

        const std::string name;
        const std::uint64_t number = made_.fetch_add(1, std::memory_order_relaxed);
    };

    explicit AnyContextVar(std::shared_ptr<const Info> info) noexcept : info_(std::move(info)) {}
    [[nodiscard]] const Info& info() const noexcept { return *info_; }

  private:
    static inline constinit std::atomic<std::uint64_t> made_ = 0;

    std::shared_ptr<const Info> info_;
};

}  // namespace aio
