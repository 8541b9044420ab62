#include "ctl/line_history.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <new>
#include <utility>

#include "core/text.hpp"
#include "io/posix.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::ctl {
namespace {

constexpr int most_lines = 1000;

}  // namespace

line_history::line_history(std::string file)
    : file_(std::move(file)), history_(::history_init(), ::history_end) {
    if (!history_) throw std::bad_alloc{};
    ::HistEvent event;
    ::history(handle(), &event, H_SETSIZE, most_lines);
    ::history(handle(), &event, H_SETUNIQUE, 1);
    // A FIFO or /dev/zero would be read for ever.
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file_, ignored)) return;
    std::ifstream from{file_};
    for (std::string line; std::getline(from, line);) add(line);
}

line_history::~line_history() {
    if (file_.empty()) return;
    std::string text;
    ::HistEvent event;
    for (int more = ::history(handle(), &event, H_LAST); more >= 0;
         more = ::history(handle(), &event, H_PREV))
        text.append(event.str).append("\n");
    const io::unique_fd to{::open(
        file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, S_IRUSR | S_IWUSR)};
    if (to) (void)io::write_all(to.get(), text);
}

void line_history::add(std::string_view line) {
    if (core::strip(line).empty()) return;
    ::HistEvent event;
    ::history(handle(), &event, H_ENTER, std::string{line}.c_str());
}

}  // namespace ringmaster::ctl
