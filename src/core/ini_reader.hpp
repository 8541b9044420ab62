// Configuration files as sections of options, in Supervisor's INI dialect, with their places.
//
// Built on libinih, which splits options; the dialect's line rules are ini_lines'. Several files
// merge into one document. Makes no system call: texts come from the caller.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"

namespace ringmaster::core {

struct ini_place {
    int file = 0;  ///< index for ini_document::path
    int line = 0;  ///< from 1
};

struct ini_option {
    std::string name;  ///< lower-case
    std::string value;
    ini_place place;
};

struct ini_section {
    std::string name;
    ini_place place;  ///< of the first header with this name
    std::vector<ini_option> options;
};

struct ini_problem {
    int line = 0;
    std::string raw;  ///< the line, with its line feed
};

/// A file that is not INI.
struct ini_error {
    std::string text;  ///< Supervisor's message, several lines
    std::vector<ini_problem> problems;
};

class ini_document {
public:
    /// Merges `text` into the document: sections with one name become one, and of two options
    /// with one name in it the later wins. `path` is what messages call the file. With
    /// `here`, the text "%(here)s" in the file's values becomes that directory at once. After an
    /// error the document holds what could be read.
    result<void, ini_error> add_file(std::string path, std::string_view text,
                                     std::string_view here = {});

    /// In order of first appearance; [DEFAULT] is not among them.
    const std::vector<ini_section>& sections() const noexcept { return sections_; }
    /// Null if there is none.
    const ini_section* find(std::string_view name) const;
    /// Option of `section`, else of [DEFAULT]; null if neither has it.
    const ini_option* find(const ini_section& section, std::string_view option) const;
    const ini_section& defaults() const noexcept { return defaults_; }
    const std::string& path(ini_place place) const;

    /// Makes "%(here)s" that directory in every value read so far.
    void replace_here(std::string_view directory);

private:
    friend class ini_file_reader;
    ini_section& open_section(std::string_view name, ini_place place);
    /// Position of the option of that name in `section`, where it is made if it is new.
    std::size_t open_option(ini_section& section, std::string name);

    std::vector<std::string> paths_;
    std::vector<ini_section> sections_;
    std::unordered_map<std::string, std::size_t> index_;
    /// Position of an option in its section, under "section\noption", of sections with many.
    std::unordered_map<std::string, std::size_t> option_index_;
    ini_section defaults_{"DEFAULT", {}, {}};
};

}  // namespace ringmaster::core
