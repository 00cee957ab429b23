#pragma once
// Numbered errors, and groups of them: group("eg", {value(1), key(2)}).
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "06_futures/detail/errors.hpp"
#include "11_task_groups/exception_group.hpp"

using Errors = std::vector<std::exception_ptr>;

inline std::exception_ptr value(int number) {
    return std::make_exception_ptr(aio::ValueError(std::to_string(number)));
}

inline std::exception_ptr key(int number) {
    return std::make_exception_ptr(aio::KeyError(std::to_string(number)));
}

inline std::exception_ptr group(const std::string& message, Errors errors) {
    return aio::make_exception_group(message, std::move(errors));
}
