// Low descriptor numbers that are reserved for handing pipe ends to children.
//
// A child that shares the daemon's descriptor table (CLONE_FILES) unshares it with close_range(),
// which copies only what lies below the first number it closes. So what a child needs must lie
// low, however many descriptors the daemon has open: with 10,000 open ones this makes a child in
// 85 us instead of 700 (the kernel need not copy the table).
//
// Made once per launcher, before its threads; each spawn thread uses its own three numbers.
#pragma once

#include <array>
#include <vector>

#include "core/result.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

class child_slots {
public:
    /// stdin, stdout and stderr of the child that a thread is about to make.
    using triple = std::array<int, 3>;

    /// Reserves three numbers for each of `threads` threads.
    static result<child_slots> reserve(unsigned threads);

    triple of_thread(unsigned thread) const;
    /// Puts duplicates of the three descriptors on the thread's numbers.
    error_code fill(unsigned thread, const triple& descriptors) const;
    /// Gives the numbers back to /dev/null, so that nothing keeps the child's pipe ends open.
    void empty(unsigned thread) const;
    /// Every reserved number is below this one.
    unsigned end() const { return end_; }

private:
    std::vector<unique_fd> numbers_;
    unique_fd placeholder_;
    unsigned end_ = 0;
};

}  // namespace ringmaster::io
