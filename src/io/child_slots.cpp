#include "io/child_slots.hpp"

#include <fcntl.h>

#include <algorithm>

#include "io/posix.hpp"

namespace ringmaster::io {

result<child_slots> child_slots::reserve(unsigned threads) {
    child_slots slots;
    RM_TRY(slots.placeholder_, open_file("/dev/null", O_RDWR));
    for (unsigned i = 0; i < threads * 3; ++i) {
        unique_fd number{::fcntl(slots.placeholder_.get(), F_DUPFD_CLOEXEC, 3)};
        if (!number) return last_errno();
        slots.end_ = std::max(slots.end_, static_cast<unsigned>(number.get()) + 1);
        slots.numbers_.push_back(std::move(number));
    }
    return slots;
}

child_slots::triple child_slots::of_thread(unsigned thread) const {
    const unsigned first = thread * 3;
    return {numbers_[first].get(), numbers_[first + 1].get(), numbers_[first + 2].get()};
}

error_code child_slots::fill(unsigned thread, const triple& descriptors) const {
    const triple own = of_thread(thread);
    for (unsigned i = 0; i < own.size(); ++i) {
        if (::dup3(descriptors[i], own[i], O_CLOEXEC) < 0) return last_errno();
    }
    return {};
}

void child_slots::empty(unsigned thread) const {
    for (const int number : of_thread(thread)) ::dup3(placeholder_.get(), number, O_CLOEXEC);
}

}  // namespace ringmaster::io
