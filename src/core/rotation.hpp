// When a log file rotates, and which renames follow: decisions only, no file is touched here.
//
// Used by io/log_file for the logs of children and by io/main_log. `<file>.1` is the newest
// backup, `<file>.<backups>` the oldest; numbers above `backups` are never touched.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ringmaster::core {

/// To be asked after every write. `position` is the end of what was written, in bytes;
/// maxbytes <= 0 means that the log never rotates.
constexpr bool rotation_due(std::int64_t position, std::int64_t maxbytes) {
    return maxbytes > 0 && position >= maxbytes;
}

struct rename_step {
    std::string from;
    std::string to;
};

/// How many renames one rotation consists of; the live file is afterwards opened anew, truncated.
constexpr int rename_count(int backups) {
    return backups > 0 ? backups : 0;
}

/// The `nth` rename in the order of execution, 0 <= nth < rename_count(backups). A missing `from`
/// is no error: gaps in the numbering stay gaps, shifted by one.
rename_step nth_rename(std::string_view path, int backups, int nth);

}  // namespace ringmaster::core
