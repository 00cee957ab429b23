#include "common/console/table.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "common/console/console.hpp"

namespace course {
namespace {

std::string padded(const std::string& cell, std::size_t width, Align align) {
    const std::size_t used = display_width(cell);
    const std::string space(width > used ? width - used : 0, ' ');
    return align == Align::left ? cell + space : space + cell;
}

void trim_right(std::string& text) {
    text.erase(text.find_last_not_of(' ') + 1);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::string repeated(const char* text, std::size_t times) {
    std::string all;
    while (times-- > 0) all += text;
    return all;
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add(std::vector<std::string> cells) {
    if (cells.size() > columns_.size()) throw std::invalid_argument("Table: too many cells");
    cells.resize(columns_.size());
    rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths() const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::size_t width = 0;
        for (const auto& line : lines_of(columns_[i].heading)) {
            width = std::max(width, display_width(line));
        }
        for (const auto& row : rows_) width = std::max(width, display_width(row[i]));
        widths.push_back(width);
    }
    return widths;
}

std::string Table::line(const std::vector<std::string>& cells,
                        const std::vector<std::size_t>& widths) const {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        line += (i == 0 ? "" : "  ") + padded(cells[i], widths[i], columns_[i].align);
    }
    trim_right(line);
    return line + "\n";
}

/// The headings line by line: all of them end on the last.
std::vector<std::vector<std::string>> Table::heading_lines() const {
    std::size_t height = 1;
    for (const Column& column : columns_) {
        height = std::max(height, lines_of(column.heading).size());
    }
    std::vector<std::vector<std::string>> all(height, std::vector<std::string>(columns_.size()));
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const auto lines = lines_of(columns_[i].heading);
        for (std::size_t j = 0; j < lines.size(); ++j) all[height - lines.size() + j][i] = lines[j];
    }
    return all;
}

std::string Table::text() const {
    const std::vector<std::size_t> width = widths();
    std::string rule;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        rule += (i == 0 ? "" : "  ") + repeated("─", width[i]);
    }
    std::string text;
    for (const auto& headings : heading_lines()) text += line(headings, width);
    text += rule + "\n";
    for (const auto& row : rows_) text += line(row, width);
    return text;
}

void Table::print() const {
    const std::string all = text();
    std::fwrite(all.data(), 1, all.size(), stdout);
    std::fflush(stdout);
}

}  // namespace course
