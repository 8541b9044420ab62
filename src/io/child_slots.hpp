// Low descriptor numbers that are reserved for handing pipe ends to children.
//
// A child that shares the daemon's descriptor table (CLONE_FILES) unshares it with close_range(),
// which copies only what lies below the first number it closes. So what a child needs must lie
// low, however many descriptors the daemon has open: with 10,000 open ones this makes a child in
// 85 us instead of 700 (the kernel need not copy the table).
//
// The kernel rounds that number up to a multiple of 64, and closing a copied descriptor flushes its
// file: on a disk that hangs each launch would. So the rest up to there is reserved as
// well, unless the limit of descriptors is low.
//
// Made once per launcher, before its threads. Three numbers serve one child at a time, and only
// until it has a table of its own: an execve that hangs keeps none of them.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>

#include "core/result.hpp"
#include "io/unique_fd.hpp"

namespace ringmaster::io {

class child_slots {
public:
    /// For stdin, stdout and stderr of one child.
    struct triple {
        std::array<unique_fd, 3> numbers;
        /// Cleared as soon as others may use the numbers; see spawner::spawn().
        std::atomic<bool> taken = false;
    };

    /// Reserves numbers for `count` children; for fewer where the limit of descriptors is low.
    static result<std::unique_ptr<child_slots>> reserve(unsigned count);

    /// Takes three numbers and puts duplicates of the descriptors on them. Null if there are none
    /// left, or if that failed. Any thread.
    triple* take(const std::array<int, 3>& descriptors);
    /// Puts /dev/null on the numbers again, so that nothing keeps the child's pipe ends open.
    /// They are free already; does nothing if somebody else has taken them since. Any thread.
    void tidy(triple& used);
    /// Every reserved number is below this one.
    unsigned end() const { return end_; }

private:
    /// The lowest number that is free, for the placeholder.
    result<unique_fd> next();

    std::deque<triple> triples_;
    std::deque<unique_fd> fill_;  ///< up to end_
    unique_fd placeholder_;
    unsigned end_ = 0;
};

}  // namespace ringmaster::io
