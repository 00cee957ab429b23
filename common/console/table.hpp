#pragma once
// A table for a terminal: columns as wide as their widest cell, numbers to the right.
#include <initializer_list>
#include <string>
#include <vector>

namespace course {

enum class Align { left, right };

/// Collects rows and prints them aligned. Cells may contain UTF-8 and colours.
class Table {
  public:
    /// A column's heading, of one or more lines, and the side to which its cells are aligned.
    struct Column {
        std::string heading;
        Align align = Align::left;
    };

    explicit Table(std::vector<Column> columns);

    /// Adds a row. Missing cells are empty; more cells than columns is std::invalid_argument.
    void add(std::vector<std::string> cells);

    /// The table as text: headings, a rule, the rows; every line ends in a newline.
    [[nodiscard]] std::string text() const;

    /// Writes text() to standard output.
    void print() const;

    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }

  private:
    [[nodiscard]] std::vector<std::vector<std::string>> heading_lines() const;
    [[nodiscard]] std::vector<std::size_t> widths() const;
    [[nodiscard]] std::string line(const std::vector<std::string>& cells,
                                   const std::vector<std::size_t>& widths) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace course
