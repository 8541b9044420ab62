// The terminal side of the client: every byte it prints goes through here, unbuffered.
//
// One write per line or per block, so that whoever reads a pipe sees it at once. The session owns
// one; a failed write is remembered instead of being reported at every line.
#pragma once

#include <string_view>

#include "core/result.hpp"

namespace ringmaster::ctl {

class console {
public:
    /// Text as it is, in one write.
    void print(std::string_view text);
    /// Text and a line feed, in one write.
    void line(std::string_view text = {});
    /// The same on stderr.
    void error_line(std::string_view text);

    /// The first failed write to stdout, if any.
    const error_code& failed() const { return failed_; }

private:
    error_code failed_;
};

}  // namespace ringmaster::ctl
